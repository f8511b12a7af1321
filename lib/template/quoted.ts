/** Everything that cannot be seen, and surrogates that are alone. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu

/** A piece of somebody's text as it can stand in a sentence: short, and with nothing invisible in it. */
export function quoted(text: string): string {
  const short = text.length > 40 ? `${text.slice(0, 40)}…` : text
  return `“${short.replace(INVISIBLE, (char) => `U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`)}”`
}
