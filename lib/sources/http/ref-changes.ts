import { createHash } from 'node:crypto'
import type { ArtifactEvent } from '../../events/event.js'
import { EVENT_LIMITS } from '../../events/event-values.js'
import { isObject } from '../../json.js'
import type { Receipt, ReceiverOptions } from './receiver-options.js'
import type { RefChange } from './translation.js'

/**
 * Accepts changes of branches and tags whose ids are made of what they tell. Such an id comes again when the same is
 * done again: a tag is set, removed, and set to the same revision. What came in between tells that from a delivery that
 * is repeated: if the newest change of the ref ended where this one begins, this one is new.
 */
export class RefChanges {
  readonly #accept: ReceiverOptions['accept']
  readonly #newest: ReceiverOptions['newest']

  constructor({ accept, newest }: Pick<ReceiverOptions, 'accept' | 'newest'>) {
    this.#accept = accept
    this.#newest = newest
  }

  /** @param changes of each event, in order */
  async accept(events: readonly ArtifactEvent[], changes: readonly RefChange[]): Promise<readonly Receipt[]> {
    const receipts = [...(await this.#accept(events))]
    for (const [index, receipt] of receipts.entries()) {
      if (!receipt.duplicate) continue
      const again = await this.#doneAgain(events[index]!, changes[index]!)
      if (again) receipts.splice(index, 1, ...(await this.#accept([again])))
    }
    return receipts
  }

  async #doneAgain(event: ArtifactEvent, { from, to }: RefChange): Promise<ArtifactEvent | null> {
    const last = (await this.#newest?.((other) => isSameRef(event, other))) ?? null
    if (last === null || endOf(last) !== from || from === to) return null
    return { ...event, event_id: idAfter(event.event_id, last.event_id) }
  }
}

const refOf = ({ artifact_metadata: metadata }: ArtifactEvent) => (isObject(metadata) ? metadata['ref'] : undefined)

const isSameRef = (one: ArtifactEvent, other: ArtifactEvent) =>
  one.artifact_collection_name === other.artifact_collection_name &&
  one.artifact_type === other.artifact_type &&
  refOf(one) === refOf(other)

/** The revision on which a ref was after an event; empty when it was gone. */
function endOf({ event_type, artifact_metadata: metadata }: ArtifactEvent): unknown {
  if (event_type === 'REMOVE_ARTIFACT_ALIAS') return ''
  return isObject(metadata) ? metadata['revision'] : undefined
}

/** The same change after the same other one has the same id, however often it is told. */
export function idAfter(id: string, last: string): string {
  const digest = createHash('sha256').update(last).digest('hex').slice(0, 16)
  const whole = `${id}~${digest}`
  if (whole.length <= EVENT_LIMITS.idLength) return whole
  return createHash('sha256').update(whole).digest('hex')
}
