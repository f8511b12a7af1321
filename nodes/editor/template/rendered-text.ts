import type { Rendered } from '../../../lib/template/render.js'
import { element } from '../element.js'

/** A rendered payload with its secrets, which are filled in only when it is sent, set apart. */
export function renderedText(
  { text, slots }: Pick<Rendered, 'text' | 'slots'>,
  explanation: string,
): (string | HTMLElement)[] {
  const pieces: (string | HTMLElement)[] = []
  let at = 0
  for (const slot of slots) {
    const end = slot.offset + slot.text.length
    pieces.push(text.slice(at, slot.offset), element('mark', { title: explanation }, text.slice(slot.offset, end)))
    at = end
  }
  return [...pieces, text.slice(at)]
}
