import type { Dialect } from './dialect.js'
import { type JsonNode, type JsonText, listed, objectsOf, says, textsOf, valuesOf } from './json-tree.js'
import { MARKDOWN } from './markdown.js'

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** In a link the bar ends the address. */
const IN_LINK: Readonly<Record<string, string>> = { ...ENTITIES, '<': '%3C', '>': '%3E', '|': '%7C' }

/**
 * Slack, "Formatting message text", escaping text: & < and > are all that has to be escaped, and must not be escaped
 * twice. A slot of the template may stand in the address of a link, `<https://x/${alias}|open>`.
 */
export const MRKDWN: Dialect = {
  begin() {
    let inAddress = false
    return {
      literal(text) {
        for (const [char] of text.matchAll(/[<>|]/g)) inAddress = char === '<'
      },
      data: (text) => text.replace(/[&<>|]/g, (char) => (inAddress ? IN_LINK[char] : ENTITIES[char]) ?? char),
    }
  },
}

/**
 * The texts of a message that Slack reads as markup: its own, those of text objects of the type `mrkdwn`, `markdown`
 * blocks, and what may hold markup in the older attachments. Sources: Slack, "Text object", "Markdown block",
 * "chat.postMessage" (`text`, `markdown_text`) and "Legacy message attachments": pretext, text and a field's value,
 * which "must be escaped as normal", as < and > act there with and without `mrkdwn_in`.
 */
export function* slackTexts(root: JsonNode): Generator<[text: JsonText, dialect: Dialect]> {
  for (const text of textsOf(root, 'text')) yield [text, MRKDWN]
  for (const text of textsOf(root, 'markdown_text')) yield [text, MARKDOWN]
  for (const attachment of listed(root, 'attachments')) {
    for (const text of textsOf(attachment, 'pretext', 'text', ...namedByMrkdwnIn(attachment))) yield [text, MRKDWN]
    for (const field of listed(attachment, 'fields')) {
      for (const text of textsOf(field, 'value')) yield [text, MRKDWN]
    }
  }
  for (const object of objectsOf(root)) {
    if (says(object, 'type', 'mrkdwn')) for (const text of textsOf(object, 'text')) yield [text, MRKDWN]
    if (says(object, 'type', 'markdown')) for (const text of textsOf(object, 'text')) yield [text, MARKDOWN]
  }
}

function namedByMrkdwnIn(attachment: JsonNode): string[] {
  return valuesOf(attachment, 'mrkdwn_in').flatMap((names) =>
    names?.kind === 'list' ? names.items.flatMap((name) => (name?.kind === 'text' ? [name.value] : [])) : [],
  )
}

/** Of a form, as the Web API takes it. */
export function slackField(name: string): Dialect | null {
  if (name === 'text') return MRKDWN
  return name === 'markdown_text' ? MARKDOWN : null
}
