import type { WatchTrigger } from '../../automations/watch-trigger.js'
import { type Answer, readEach } from './answer.js'
import type { Skip } from './client.js'
import { type Directory, directoryOf } from './directory.js'
import type { Target } from './target.js'

/** What is asked along with the first request of a poll, so that new places cost no request of their own. */
export interface Extra {
  /** Who the key belongs to, and what it sees. */
  readonly directory: boolean
  /** Entities whose projects are listed, a page of each. */
  readonly entities: readonly string[]
  hear(data: Answer, serverTime: number, onSkip?: Skip): void
}

/**
 * Notices projects, teams and organizations that were made after the watch was planned, where triggers wait for whatever
 * will be there. What was heard of once is no news again, whether or not the plan could use it.
 */
export class Newcomers implements Extra {
  readonly directory: boolean
  readonly entities: readonly string[]
  readonly #known: Set<string>
  /** When projects were not there yet, Unix milliseconds by the server's clock, as `entity/project`. */
  readonly #missing: Map<string, number>
  #heardAt = 0
  /** Whether something new was heard of, and what is watched has to be planned anew. */
  hasNews = false

  constructor(
    triggers: readonly WatchTrigger[],
    directory: Directory,
    projects: ReadonlyMap<string, readonly string[]>,
    before: Newcomers | null,
  ) {
    this.directory = triggers.some(({ trigger }) => trigger.scope === 'organization' || trigger.entity === '')
    this.entities = [...projects.keys()]
    const missing = before ? [...before.#missing] : []
    // what was not watched for a while begins with a baseline
    this.#missing = new Map(missing.filter(([place]) => projects.has(place.slice(0, place.indexOf('/')))))
    this.#known = new Set([...(before ? before.#known : []), ...placesOf(directory)])
    // the lists of the plan are younger
    this.#heardAt = before ? before.#heardAt : 0
    for (const [entity, names] of projects) {
      const wasListed = before?.entities.includes(entity) === true
      for (const name of names) if (this.#isNew(`${entity}/${name}`) && wasListed) this.#note(`${entity}/${name}`)
    }
  }

  get isEmpty(): boolean {
    return !this.directory && this.entities.length === 0
  }

  hear(data: Answer, serverTime: number, onSkip?: Skip): void {
    if (this.directory) {
      const seen = data.at('viewer').maybe((viewer) => directoryOf(viewer, onSkip))
      for (const place of seen ? placesOf(seen) : []) if (this.#isNew(place)) this.hasNews = true
    }
    for (const [n, entity] of this.entities.entries()) {
      const pages = readEach(
        [data.at(`projects${n}`)],
        (page) => page.maybe((each) => each.connection().nodes) ?? [],
        onSkip,
      )
      const nodes = pages.flat().map(({ node }) => node)
      for (const name of readEach(nodes, (node) => node.at('name').text(), onSkip)) {
        const place = `${entity}/${name}`
        if (!this.#isNew(place)) continue
        this.hasNews = true
        this.#note(place)
      }
    }
    this.#heardAt = serverTime
  }

  /** When what is to be watched was not there yet; 0 when nobody knows. */
  missingAt({ entity, project }: Target): number {
    return this.#missing.get(`${entity}/${project}`) ?? 0
  }

  #note(place: string): void {
    if (this.#heardAt > 0) this.#missing.set(place, this.#heardAt)
  }

  #isNew(place: string): boolean {
    const before = this.#known.size
    return this.#known.add(place).size > before
  }
}

const placesOf = ({ organizations, entities }: Directory): string[] => [
  ...organizations.map(({ name, entity }) => `organization ${name} ${entity}`),
  ...entities.map(({ name, organization }) => `entity ${name} ${organization}`),
]
