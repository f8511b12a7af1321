import type { ArtifactEvent } from '../events/event.js'
import { namedBy, subjectOf } from '../events/subject.js'
import { printable } from '../printable.js'

/** A name of an event or an automation may be as long as it likes; a sentence may not. */
const MOST_SHOWN = 200

/** A value as it stands in a sentence: `production`. */
export function shown(value: string): string {
  return `\`${printable(value.length > MOST_SHOWN ? `${value.slice(0, MOST_SHOWN)}…` : value)}\``
}

/** `a`, `b` or `c`. */
export const anyOf = (values: Iterable<string>): string => joined(values, 'or')

/** `a`, `b` and `c`. */
export const listed = (values: Iterable<string>): string => joined(values, 'and')

function joined(values: Iterable<string>, word: string): string {
  const all = Array.from(values, shown)
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} ${word} ${all.at(-1)}`
}

/** What patterns are tested on: `The alias is …`. */
export function subjectInWords(event: ArtifactEvent): string {
  const name = namedBy(event)
  return name === null ? 'The event has neither alias nor tag' : `The ${name} is ${shown(subjectOf(event))}`
}
