import type { ArtifactEvent } from '../../../lib/events/event.js'
import { VOCABULARY } from '../../../lib/events/vocabulary.js'
import { EVENT_PREFIX, METADATA_PREFIX } from '../../../lib/template/names.js'
import type { Translate } from '../red-editor.d.js'
import { secretNames } from '../webhook/secrets.js'

/** A name that a template can use. */
export interface NameOffer {
  readonly name: string
  readonly description: string
  readonly kind: 'variable' | 'field' | 'secret'
}

/** What a variable is, in words. */
export const descriptionOf = (name: string, _: Translate): string => _(`payload-template.variable.${name}`)

/** Every name that a template can use with an event at hand: the vocabulary, the event's own fields, and secrets. */
export function namesFor(event: ArtifactEvent, _: Translate): NameOffer[] {
  const variables = [...VOCABULARY.map(({ name }) => name), 'automation_name', 'event_json']
  return [
    ...variables.map((name) => ({ name, description: descriptionOf(name, _), kind: 'variable' as const })),
    ...metadataNames(event).map((name) => ({
      name,
      description: _('payload-template.variables.metadata'),
      kind: 'field' as const,
    })),
    ...ownNames(event).map((name) => ({
      name,
      description: _('payload-template.variables.own-field'),
      kind: 'field' as const,
    })),
    { name: 'ACCESS_TOKEN', description: _('payload-template.variables.access-token'), kind: 'secret' },
    ...secretNames().map((name) => ({
      name,
      description: _('payload-template.variables.secret'),
      kind: 'secret' as const,
    })),
  ]
}

/** A slot ends at its first brace and holds no line break. */
const fitsIntoSlot = (name: string): boolean => !/[{}\r\n\u2028\u2029]/.test(name)

export const metadataNames = (event: ArtifactEvent): string[] =>
  Object.keys(event.artifact_metadata ?? {})
    .map((key) => `${METADATA_PREFIX}${key}`)
    .filter(fitsIntoSlot)

/** Fields that only this event's sender knows. */
export const ownNames = (event: ArtifactEvent): string[] =>
  Object.keys(event)
    .filter((field) => !VOCABULARY.some(({ name }) => name === field))
    .map((field) => `${EVENT_PREFIX}${field}`)
    .filter(fitsIntoSlot)
