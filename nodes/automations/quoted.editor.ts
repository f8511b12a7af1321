import { element } from '../editor/element.js'

/**
 * A sentence of the server, whose names and values stand between backticks, with these as code. The backticks are not
 * seen, but copied: of a text in a chat, too, it can be told where a name begins and ends.
 * With a backtick that has no other (a name may hold one) nothing tells what is quoted: it is shown as it came.
 */
export function quoted(sentence: string): (Node | string)[] {
  const parts = sentence.split('`')
  if (parts.length % 2 === 0) return [sentence]
  return parts.map((part, index) => (index % 2 === 1 ? element('code', {}, backtick(), part, backtick()) : part))
}

const backtick = (): HTMLElement => element('span', { class: 'aa-backtick', 'aria-hidden': 'true' }, '`')
