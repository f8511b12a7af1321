import { foreignPlaceholders } from '../../../lib/template/foreign.js'
import { lineIndex } from '../../../lib/template/lines.js'
import { similarName } from '../../../lib/template/similar.js'
import type { Template, TemplateName } from '../../../lib/template/template.js'

/** What there is about a place in a template's text. With the first five nothing would be sent. */
export type FindingKind =
  | 'error'
  | 'unknown'
  | 'unknown-similar'
  | 'not-granted'
  | 'no-token'
  | 'missing'
  | 'bare-unknown'
  | 'bare-not-granted'
  | 'foreign'
  | 'foreign-known'

/** Something to mark in the template's text. */
export interface Finding {
  readonly kind: FindingKind
  /** In UTF-16 units from the start of the text. */
  readonly offset: number
  readonly length: number
  readonly line: number
  readonly column: number
  /** The name or text that it is about; for an error the sentence that explains it. */
  readonly what: string
  /** The name that was probably meant, or the webhook that does not grant it. */
  readonly other?: string
}

const STOPS: ReadonlySet<FindingKind> = new Set(['error', 'unknown', 'unknown-similar', 'not-granted', 'no-token'])

/** Whether nothing is sent with it. */
export const stops = ({ kind }: Finding): boolean => STOPS.has(kind)

/** A webhook that the payload goes to. */
export interface Receiver {
  readonly name: string
  /** Names of the secrets that its payloads may hold. */
  readonly secrets: readonly string[]
  readonly hasToken: boolean
}

export interface Surroundings {
  /** The names of all secrets of the workspace. */
  readonly secrets: readonly string[]
  /** Every name that would be right in a slot. */
  readonly names: readonly string[]
  /** Empty while nothing is wired to the template. */
  readonly receivers: readonly Receiver[]
}

/** What will happen to the secrets that a template names, by the webhooks that its payload reaches. */
export function secretFindings({ names }: Template, around: Surroundings): Finding[] {
  return names.flatMap((use): Finding[] => {
    const found = ofSecret(use, around)
    if (!found) return []
    const { name, offset, length, line, column } = use
    return [{ what: name, offset, length, line, column, ...found }]
  })
}

function ofSecret({ name, kind }: TemplateName, around: Surroundings): Pick<Finding, 'kind' | 'other'> | null {
  const { receivers } = around
  if (kind === 'token') {
    const without = receivers.find(({ hasToken }) => !hasToken)
    return without ? { kind: 'no-token', other: without.name } : null
  }
  if (kind !== 'secret' && kind !== 'bare-secret') return null
  const bare = kind === 'bare-secret'
  if (!around.secrets.includes(name)) {
    if (bare) return { kind: 'bare-unknown' }
    const similar = similarName(name, around.names)
    return similar === null ? { kind: 'unknown' } : { kind: 'unknown-similar', other: similar }
  }
  const refuses = receivers.find(({ secrets }) => !secrets.includes(name))
  return refuses ? { kind: bare ? 'bare-not-granted' : 'not-granted', other: refuses.name } : null
}

/** What looks as if another system were to fill it in. */
export function foreignFindings(text: string): Finding[] {
  const positionOf = lineIndex(text)
  return foreignPlaceholders(text).map(({ text: what, offset, variable }) => {
    const place = { offset, length: what.length, ...positionOf(offset) }
    return variable === null
      ? { kind: 'foreign', what, ...place }
      : { kind: 'foreign-known', what, other: variable, ...place }
  })
}
