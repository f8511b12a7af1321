import { SourceFailure } from '../watch/failure.js'
import type { Looks, Poll } from '../watch/poller.js'
import type { Draft } from '../watch/store.js'
import { type HubApi, type RepoType, TYPES } from './api.js'
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

/** So many polls until it is the turn of a type that an owner has nothing of. */
const OTHERS_EVERY = 20

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
    const most = Math.floor((ALLOWED.requests * interval) / ALLOWED.within)
    // who waits for tags has a request for each repository anyway
    const seesAllTypes = plan.tags && owners.length * TYPES.length <= most / 2
    for (const owner of owners)
      for (const type of this.#dueTypes(known, owner, seesAllTypes)) await look.list(owner, type)
    this.#memory.turn += 1
    for (const name of plan.named) if (!owners.includes(ownerOf(name))) await look.named(name)
    if (plan.tags) {
      const left = most - (api.client.requests - before)
      await this.#lookAtTags(look, known, plan, Math.max(1, left))
    }
    look.throwIfBlind()
    for (const [id, why] of this.#memory.unsure) {
      const state = known.get(id)
      if (state) poll.onSkip(state.name, why)
      else this.#memory.unsure.delete(id)
    }
    draft.events.push(...events.all)
  }

  /**
   * Every type once, then one in each poll, so that an owner costs one request: those that the owner has in turns, and now and
   * then one of the others. Or all that the owner has in each poll.
   */
  #dueTypes(known: Repositories, owner: string, all: boolean): readonly RepoType[] {
    const fresh = TYPES.filter((type) => known.since(`${type}:${owner}`) === null)
    if (fresh.length > 0) return fresh
    const used = new Set(known.all().flatMap(({ state: { type, name } }) => (ownerOf(name) === owner ? [type] : [])))
    const others = TYPES.filter((type) => !used.has(type))
    const { turn } = this.#memory
    const isOthersTurn = others.length > 0 && (used.size === 0 || turn % OTHERS_EVERY === OTHERS_EVERY - 1)
    const other = others[(used.size === 0 ? turn : Math.floor(turn / OTHERS_EVERY)) % Math.max(1, others.length)]
    if (all) return [...used, ...(isOthersTurn && other ? [other] : [])]
    const usual = [...used][turn % Math.max(1, used.size)]
    const due = isOthersTurn ? other : usual
    return due ? [due] : []
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
