import { createHash } from 'node:crypto'
import { AutomationError } from '../../error.js'
import type { ArtifactEvent, EventType } from '../../events/event.js'
import { EVENT_LIMITS } from '../../events/event-values.js'
import { parseEvent } from '../../events/parse.js'
import { isoTime } from '../../iso-time.js'
import { mlflowEvents } from '../http/mlflow.js'
import type { SeenVersion } from './seen.js'

/** Where events come from, and when this look was. */
export interface Telling {
  readonly entity: string
  readonly project: string
  /** Which server it is. */
  readonly server: string
  /** Of the state that this poll makes: the same change in another poll is another one. */
  readonly revision: number
  /** The server's clock at the look, Unix milliseconds. */
  readonly at: number
}

type Told = Readonly<Record<string, unknown>> & { readonly name: string }
type Version = Pick<SeenVersion, 'name' | 'version'>

/** No Date is later, whatever a server says; Unix milliseconds. */
const LAST_TIME = 8.64e15

/**
 * Makes events of what was found, as MLflow's webhooks would have told it: through the same translation. What they do not
 * tell (stages, tags of models, removals) has the same fields. What cannot be an event is left out: a name of 2,000 characters.
 */
export class Events {
  readonly #telling: Telling
  readonly all: ArtifactEvent[] = []
  readonly #onSkip: (what: string, why: string) => void

  constructor(telling: Telling, onSkip: (what: string, why: string) => void) {
    this.#telling = telling
    this.#onSkip = onSkip
  }

  created({ name, version, created, tags, source, run_id, description }: SeenVersion): void {
    const data = { name, version: String(version), source, run_id, tags: { ...tags }, description }
    // a number is never given again, but by a file store
    this.#told('model_version', 'created', data, created, ['created', name, version, created])
  }

  aliasSet({ name, version }: Version, alias: string): void {
    this.#told('model_version_alias', 'created', { name, version: String(version), alias })
  }

  aliasDeleted(name: string, alias: string): void {
    this.#told('model_version_alias', 'deleted', { name, alias })
  }

  tagSet({ name, version }: Version, key: string, value: string): void {
    this.#told('model_version_tag', 'set', { name, version: String(version), key, value })
  }

  tagDeleted({ name, version }: Version, key: string): void {
    this.#told('model_version_tag', 'deleted', { name, version: String(version), key })
  }

  /** A stage is an alias that several versions may have, so that its removal says from which. */
  stageLeft({ name, version }: Version, stage: string): void {
    const data = { name, version: String(version), alias: stage }
    const [added] = this.#translated('model_version_alias', 'created', data)
    if (added) this.#add({ ...added, event_type: 'REMOVE_ARTIFACT_ALIAS' })
  }

  deleted({ name, version }: Version): void {
    const [created] = this.#translated('model_version', 'created', { name, version: String(version) })
    if (created) this.#add({ ...created, event_type: 'UNLINK_ARTIFACT', artifact_metadata: undefined })
  }

  modelTagSet(name: string, key: string, value: string): void {
    this.#ofModel('ADD_COLLECTION_TAG', name, `${key}=${value}`)
  }

  modelTagDeleted(name: string, key: string): void {
    this.#ofModel('REMOVE_COLLECTION_TAG', name, key)
  }

  #ofModel(event_type: EventType, name: string, tag: string): void {
    const { entity, project } = this.#telling
    this.#add({
      event_type,
      artifact_collection_name: name,
      artifact_version_string: `${entity}/${project}/${name}`,
      tag: tag.length > EVENT_LIMITS.textLength ? `${tag.slice(0, EVENT_LIMITS.textLength - 1)}…` : tag,
    })
  }

  #told(entity: string, action: string, data: Told, time = this.#telling.at, key?: readonly unknown[]): void {
    for (const event of this.#translated(entity, action, data, time)) this.#add(event, key)
  }

  #translated(entity: string, action: string, data: Told, time = this.#telling.at) {
    const message = { entity, action, ...(time <= LAST_TIME && { timestamp: isoTime(time) }), data }
    try {
      return mlflowEvents(message, this.#telling).events
    } catch (error) {
      if (!(error instanceof AutomationError)) throw error
      this.#onSkip(data.name.slice(0, 80), error.message)
      return []
    }
  }

  #add(event: object, key?: readonly unknown[]): void {
    const { server, revision, at, entity, project } = this.#telling
    const id = () => {
      const parts = key ?? [revision, this.all.length, event]
      return `mlflow-${createHash('sha256')
        .update(JSON.stringify([server, parts]))
        .digest('hex')
        .slice(0, 32)}`
    }
    try {
      this.all.push(parseEvent(event, { receivedAt: new Date(at), newId: id, entity, project }))
    } catch (error) {
      this.#onSkip(
        String((event as { artifact_collection_name?: string }).artifact_collection_name ?? '').slice(0, 80),
        error instanceof Error ? error.message : String(error),
      )
    }
  }
}
