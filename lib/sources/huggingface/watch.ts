import { SourceFailure } from '../watch/failure.js'
import type { Looks, Poll } from '../watch/poller.js'
import type { Draft } from '../watch/store.js'
import { type HubApi, TYPES } from './api.js'
import { HubEvents } from './events.js'
import { HubLook, newMemory } from './look.js'
import { type HubPlan, planOf } from './plan.js'
import { Repositories } from './state.js'

export interface HubWatchOptions {
  readonly api: HubApi
  readonly baseUrl: string
  readonly project: string
  /** Milliseconds between two polls. */
  readonly interval: number
}

/** What the Hub allows without an account in five minutes (huggingface.co/docs/hub/rate-limits), less what others need. */
const ALLOWED = { requests: 400, within: 5 * 60 * 1000 }

const NO_OWNER = new SourceFailure(
  'source_not_found',
  'A trigger names no owner and no repository, and without a token nobody knows whose are meant. Name the owner at Team or user, or a repository at Collection, or choose a token.',
  { statusText: 'owner not found', remedy: 're-check' },
)

/** Watches repositories of the Hub. */
export class HubWatch implements Looks {
  readonly #options: HubWatchOptions
  #own: readonly string[] | null = null
  #memory = newMemory()
  /** The repository whose tags were asked for last. */
  #last = ''

  constructor(options: HubWatchOptions) {
    this.#options = options
  }

  get server(): string {
    return `${this.#options.baseUrl} ${this.#options.project}`
  }

  get client() {
    const { client, heldUntil } = this.#options.api
    return { requests: client.requests, heldUntil: Math.max(client.heldUntil, heldUntil) }
  }

  forget(): void {
    this.#own = null
    this.#memory = newMemory()
  }

  async look(draft: Draft, poll: Poll): Promise<void> {
    const { api, baseUrl, project, interval } = this.#options
    const plan = planOf(poll.triggers)
    const owners = [...plan.owners, ...(plan.own ? await this.#ownOwners(poll.signal) : [])]
    const known = new Repositories(draft)
    known.keep(
      (list) => owners.includes(list.slice(list.indexOf(':') + 1)) || plan.named.has(list),
      ({ name }) => owners.includes(ownerOf(name)) || plan.named.has(name),
    )
    const before = api.client.requests
    const at = Date.now()
    const events = new HubEvents({ project, baseUrl, at, onSkip: poll.onSkip })
    const look = new HubLook(api, known, events, poll, this.#memory)
    for (const owner of owners) {
      const types = TYPES.filter((type) => known.since(`${type}:${owner}`) === null)
      // every type once, then one in each poll: an owner costs one request
      const due = types.length > 0 ? types : [this.#dueType(known, owner)]
      for (const type of due) await look.list(owner, type)
    }
    this.#memory.turn += 1
    for (const name of plan.named) if (!owners.includes(ownerOf(name))) await look.named(name)
    if (plan.tags) {
      const left = Math.floor((ALLOWED.requests * interval) / ALLOWED.within) - (api.client.requests - before)
      await this.#lookAtTags(look, known, plan, Math.max(1, left))
    }
    for (const [id, why] of this.#memory.unsure) {
      const state = known.get(id)
      if (state) poll.onSkip(state.name, why)
      else this.#memory.unsure.delete(id)
    }
    draft.events.push(...events.all)
  }

  /** Types that an owner has come in turns, and now and then those that were empty. */
  #dueType(known: Repositories, owner: string) {
    const used = TYPES.filter((type) =>
      known.all().some(({ state }) => state.type === type && ownerOf(state.name) === owner),
    )
    const { turn } = this.#memory
    const all = used.length === 0 || turn % 5 === 4 ? TYPES : used
    const place = turn % 5 === 4 ? Math.floor(turn / 5) : turn
    return all[place % all.length] ?? 'model'
  }

  async #lookAtTags(look: HubLook, known: Repositories, { named }: HubPlan, most: number): Promise<void> {
    const all = known
      .all()
      .filter(({ id }) => !look.looked.has(id) && !this.#memory.unsure.has(id))
      .sort((one, other) => (one.id < other.id ? -1 : 1))
    const wanted = all.filter(({ state }) => named.has(state.name))
    const next = Math.max(
      0,
      all.findIndex(({ id }) => id > this.#last),
    )
    const inTurns = [...all.slice(next), ...all.slice(0, next)].filter((each) => !wanted.includes(each))
    const chosen = [...wanted, ...inTurns].slice(0, Math.max(most, wanted.length))
    for (const { id, state } of chosen) {
      await look.tags(id, state)
      if (!wanted.some((each) => each.id === id)) this.#last = id
    }
  }

  async #ownOwners(signal: AbortSignal): Promise<readonly string[]> {
    if (this.#own) return this.#own
    const who = await this.#options.api.whoami(signal)
    if (who === null) throw NO_OWNER
    this.#own = [who.name, ...who.organizations]
    return this.#own
  }
}

const ownerOf = (name: string): string => name.slice(0, Math.max(0, name.indexOf('/'))) || name
