import { printable } from '../printable.js'

/** A name of an event or an automation may be as long as it likes; a sentence may not. */
const MOST_SHOWN = 200

/** A value as it stands in a sentence: `production`. */
export function shown(value: string): string {
  return `\`${printable(value.length > MOST_SHOWN ? `${value.slice(0, MOST_SHOWN)}…` : value)}\``
}

/** `a`, `b` or `c`. */
export function anyOf(values: Iterable<string>): string {
  const all = Array.from(values, shown)
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} or ${all.at(-1)}`
}
