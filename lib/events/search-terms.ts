import type { ArtifactEvent } from './event.js'

/** What identifies an event, and so is searched. */
const FIELDS = [
  'event_id',
  'artifact_collection_name',
  'artifact_version_string',
  'alias',
  'tag',
  'event_author',
  'run_name',
] as const satisfies readonly (keyof ArtifactEvent)[]

/** Between two terms, so that no search reaches over both: a text that is searched for cannot hold it. */
const BETWEEN = '\n'

const NOT_ASCII = /[^\0-\x7f]/

/** As texts are compared in a search: the case of ASCII letters does not count. */
export function folded(text: string): string {
  // the engine does at once what is the same for a text that has no other letters
  const lower = text.toLowerCase()
  if (lower === text || !NOT_ASCII.test(text)) return lower
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

export function termsOf(event: ArtifactEvent, ...further: readonly (string | null)[]): string {
  const texts = [...FIELDS.map((field) => event[field]), ...further]
  return folded(texts.filter((text) => typeof text === 'string' && text !== '').join(BETWEEN))
}

/** Whether an event has this text in what identifies it. @param wanted folded */
export const isFound = (event: ArtifactEvent, wanted: string): boolean => termsOf(event).includes(wanted)
