import { idText } from '../id-text.js'

/** PostgreSQL has no text with the character NUL. In an id it is written as half of a surrogate pair is: it stays an id of its own. */
export const pgId = (id: string): string => idText(id).replaceAll('\0', '\uFFFF0000')

/** Elsewhere its picture stands for it. */
export const pgText = (text: string): string => text.replaceAll('\0', '\u2400')

export const pgTextOrNull = (text: string | null | undefined): string | null =>
  text === null || text === undefined ? null : pgText(text)
