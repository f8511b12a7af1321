/** What a terminal or a reader would not see as it is: controls, formats (the direction of writing too), odd breaks. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** A text with all that cannot be seen written as JSON does: `\n`, `\u001b`. */
export const printable = (text: string): string =>
  text.replace(UNSEEN, (unseen) => SHORT[unseen] ?? unseen.split('').map(escaped).join(''))

const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
