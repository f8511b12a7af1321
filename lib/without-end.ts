/**
 * A text without a character at its end, however often it stands there. Not by a pattern: one for the end of a text begins
 * anew at each character, so a long run of them that is not at the end takes the square of its length.
 * @param character one UTF-16 unit
 */
export function withoutEnd(text: string, character: string): string {
  let end = text.length
  while (end > 0 && text[end - 1] === character) end -= 1
  return text.slice(0, end)
}
