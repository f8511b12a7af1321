/** Stands before the four digits of a UTF-16 unit; a noncharacter of Unicode, which no text has by accident. */
const ESCAPE = '\uFFFF'

/** With the `u` flag only a surrogate that is alone matches; a pair is one character. */
const UNSAFE = /\uFFFF|\p{Surrogate}/u
const EACH_UNSAFE = /\uFFFF|\p{Surrogate}/gu
const ESCAPED = /\uFFFF([0-9a-f]{4})/g

/**
 * An id as SQLite keeps it. JSON can say half of a surrogate pair, and UTF-8 cannot: SQLite would write U+FFFD for each,
 * and two ids would be one. Every other id is kept as it is.
 */
export function idText(id: string): string {
  if (!UNSAFE.test(id)) return id
  return id.replace(EACH_UNSAFE, (unit) => `${ESCAPE}${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** The id again. */
export function idOf(text: string): string {
  if (!text.includes(ESCAPE)) return text
  return text.replace(ESCAPED, (_whole, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
}
