import type { ArtifactEvent } from '../../events/event.js'
import { parseEvent } from '../../events/parse.js'
import { isoTime } from '../../iso-time.js'
import { huggingfaceEvents } from '../http/huggingface.js'
import { idAfter } from '../http/ref-changes.js'
import type { RepoState } from './state.js'

export interface Telling {
  readonly project: string
  readonly baseUrl: string
  /** The Hub's clock at the look, Unix milliseconds. */
  readonly at: number
  readonly onSkip: (what: string, why: string) => void
}

type Repo = { readonly id: string; readonly state: Pick<RepoState, 'name' | 'type' | 'tags'> }

/** Makes events of what was found, as the Hub's webhooks would have told it: through the same translation. */
export class HubEvents {
  readonly #telling: Telling
  readonly all: ArtifactEvent[] = []

  constructor(telling: Telling) {
    this.#telling = telling
  }

  /** `main` is at another commit. */
  moved(repo: Repo, from: string, to: string, date?: string): void {
    this.#told(repo, 'refs/heads/main', from, to, date)
  }

  /** A git tag is at another commit, or there, or gone; empty is not there. @returns the event's id */
  tagged(repo: Repo, tag: string, from: string, to: string, before: readonly string[]): string {
    return this.#told(repo, `refs/tags/${tag}`, from, to, undefined, before)
  }

  /** The repository is gone. */
  gone({ id, state: { name, type, tags } }: Repo, sha: string): void {
    const [event] = this.#translated({ id, state: { name, type, tags } }, 'refs/heads/main', '', sha || '-')
    this.#add({ ...event, event_type: 'UNLINK_ARTIFACT', event_id: `${id}:gone` })
  }

  #told(repo: Repo, ref: string, from: string, to: string, date?: string, before: readonly string[] = []): string {
    const [event] = this.#translated(repo, ref, from, to)
    if (!event) return ''
    const same = String(event['event_id'])
    // the id of a change that happened before: as its webhook would have it, by what came in between
    const last = before.at(-1)
    const event_id = before.includes(same) && last !== undefined ? idAfter(same, last) : same
    this.#add({ ...event, event_id, ...(date !== undefined && { event_time: date }) })
    return event_id
  }

  #translated({ id, state: { name, type, tags } }: Repo, ref: string, from: string, to: string) {
    const { baseUrl, project } = this.#telling
    const web = `${baseUrl}/${type === 'model' ? '' : `${type}s/`}${name}`
    const message = {
      event: { action: 'update', scope: 'repo.content' },
      repo: { type, name, id, url: { web }, tags },
      updatedRefs: [{ ref, oldSha: from || null, newSha: to || null }],
    }
    return huggingfaceEvents(message, { entity: '', project }).events
  }

  #add(event: object): void {
    const { at, onSkip } = this.#telling
    try {
      this.all.push(parseEvent(event, { receivedAt: new Date(at), newId: () => isoTime(at) }))
    } catch (error) {
      const { artifact_collection_name: name = '' } = event as { artifact_collection_name?: string }
      onSkip(name.slice(0, 80), error instanceof Error ? error.message : String(error))
    }
  }
}
