import { refusalOfOne } from '../watch/failure.js'
import { eachPage } from '../watch/pages.js'
import type { Poll } from '../watch/poller.js'
import { type Account, type HubApi, type Refs, type RepoType, type SeenRepo, TYPES } from './api.js'
import type { HubEvents } from './events.js'
import { type RepoState, type Repositories, toldWith } from './state.js'

/** Pages of one owner's repositories. */
const PAGES = 50

/** Repositories that a list lacks of which is asked in one look at it, whether they are gone: an owner may be gone. */
const MISSING = 20

/** So many repositories, one after the other, of which the Hub can say nothing are theirs alone. */
const REFUSED = 10

const UNSURE = 'it is private, and the token may not see it any more, or it is deleted: the Hub says neither'
const FORBIDDEN = 'the token may not read it any more'

/** What the looks know beside what is stored. */
export interface Memory {
  /** Repositories that are out of sight, of which nobody knows whether they are gone, with why. */
  readonly unsure: Map<string, string>
  /** How many looks came before: what cannot be asked all at once is asked in turns. */
  turn: number
}

export const newMemory = (): Memory => ({ unsure: new Map(), turn: 0 })

/** One look at repositories: what is new, moved and gone there becomes events. */
export class HubLook {
  readonly #api: HubApi
  readonly #known: Repositories
  readonly #events: HubEvents
  readonly #poll: Poll
  readonly #memory: Memory
  #account: Promise<Account | null> | null = null
  /** Why the Hub said nothing of repositories, one after the other. */
  #refused: unknown[] = []
  #hasSeen = false
  /** Ids of repositories whose tags were seen. */
  readonly looked = new Set<string>()

  constructor(api: HubApi, known: Repositories, events: HubEvents, poll: Poll, memory: Memory) {
    this.#api = api
    this.#known = known
    this.#events = events
    this.#poll = poll
    this.#memory = memory
  }

  /** All repositories of one type that an owner has. */
  async list(owner: string, type: RepoType): Promise<void> {
    const list = `${type}:${owner}`
    const since = this.#known.since(list)
    const seen = new Map<string, SeenRepo>()
    let hasHoles = false
    let at = 0
    const asking = {
      signal: this.#poll.signal,
      onSkip: (what: string, why: string) => {
        hasHoles = true
        this.#poll.onSkip(what, why)
      },
    }
    const ended = await eachPage(
      (next) => this.#api.repos(owner, type, next, asking),
      ({ items, serverTime }) => {
        at ||= serverTime
        this.#hasSeen = true
        for (const repo of items) seen.set(repo.id, repo)
      },
      { most: PAGES, signal: this.#poll.signal },
    )
    for (const repo of seen.values()) {
      this.#memory.unsure.delete(repo.id)
      await this.#each(repo.name, () => this.#compare(repo, since))
    }
    if (since === null) this.#known.setSince(list, at)
    if (ended !== 'all' || hasHoles || since === null) return
    const missing = this.#known
      .all()
      .filter(({ id, state }) => state.type === type && state.name.startsWith(`${owner}/`) && !seen.has(id))
    const isUnsure = ({ id }: { id: string }) => this.#memory.unsure.has(id)
    const asked = [
      ...this.#inTurns(
        missing.filter((each) => !isUnsure(each)),
        MISSING,
      ),
      ...this.#inTurns(missing.filter(isUnsure), 1),
    ]
    for (const { id, state } of asked) await this.#each(state.name, () => this.#missing(id, state))
  }

  /** What the Hub cannot say of one repository is no reason to see none; of many, one after the other, it is the Hub's fault. */
  async #each(name: string, look: () => Promise<void>): Promise<void> {
    try {
      await look()
      this.#hasSeen = true
      this.#refused = []
    } catch (error) {
      const why = refusalOfOne(error)
      this.#refused.push(error)
      if (why === null || this.#refused.length > REFUSED) throw error
      this.#poll.onSkip(name, why)
    }
  }

  /** What was answered was nothing of the Hub's. */
  throwIfBlind(): void {
    if (!this.#hasSeen && this.#refused.length > 0) throw this.#refused[0]
  }

  #inTurns<T>(all: readonly T[], most: number): T[] {
    const from = (this.#memory.turn * most) % Math.max(1, all.length)
    return [...all.slice(from), ...all.slice(0, from)].slice(0, most)
  }

  /** A repository that a trigger names: its branches and tags say it all, in one request. */
  async named(name: string): Promise<void> {
    await this.#each(name, () => this.#named(name))
  }

  async #named(name: string): Promise<void> {
    const state = this.#known.all().find((each) => each.state.name === name)
    if (state) {
      await this.#tags(state.id, state.state)
      return
    }
    const since = this.#known.since(name)
    for (const type of TYPES) {
      const repo = await this.#api.repo(name, type, this.#poll)
      if (!isRepo(repo)) continue
      await this.#compare(repo, since)
      await this.#tags(repo.id, this.#known.get(repo.id))
      break
    }
    if (since === null) this.#known.setSince(name, Date.now())
  }

  async #compare(repo: SeenRepo, since: number | null): Promise<void> {
    const { id, name, type, sha, tags } = repo
    const known = this.#known.get(id)
    const isOld = since === null || (repo.created > 0 && repo.created < since)
    const { isPrivate } = repo
    const refs = known?.refs ?? (isOld ? null : {})
    const next: RepoState = { name, type, tags, sha, refs, told: known?.told ?? {}, isPrivate }
    const before = known?.sha ?? (isOld ? sha : '')
    if (sha !== '' && sha !== before) await this.#moved(id, next, before)
    const isSame =
      known?.name === name && known.sha === sha && known.tags.join() === tags.join() && known.isPrivate === isPrivate
    if (!isSame) this.#known.set(id, next)
  }

  /** Each commit since then is an event, as each push is to the Hub's webhooks; a history that was rewritten is one. */
  async #moved(id: string, state: RepoState, from: string): Promise<void> {
    const commits = await this.#api.commits(state.name, state.type, this.#poll)
    const until = from === '' ? commits.length : commits.findIndex((commit) => commit.id === from)
    const newest = commits.findIndex((commit) => commit.id === state.sha)
    if (until < 0 || newest < 0 || newest >= until) {
      this.#events.moved({ id, state }, from, state.sha)
      return
    }
    let at = from
    for (const { id: to, date } of commits.slice(newest, until).toReversed()) {
      this.#events.moved({ id, state }, at, to, date)
      at = to
    }
  }

  async tags(id: string, state: RepoState): Promise<void> {
    await this.#each(state.name, () => this.#tags(id, state))
  }

  /** @param state null when it is not known after all */
  async #tags(id: string, state: RepoState | null): Promise<void> {
    if (!state) return
    this.looked.add(id)
    const refs = await this.#api.refs(state.name, state.type, this.#poll)
    if (refs === null || (isNews(refs, state) && !(await this.#isItself(id, state)))) {
      await this.#missing(id, state)
      return
    }
    this.#memory.unsure.delete(id)
    let { told } = state
    const tell = (tag: string, from: string, to: string) => {
      const before = Object.hasOwn(told, tag) ? (told[tag] ?? []) : []
      told = toldWith(told, tag, this.#events.tagged({ id, state }, tag, from, to, before))
    }
    if (refs.main !== '' && refs.main !== state.sha) await this.#moved(id, { ...state, sha: refs.main }, state.sha)
    for (const [tag, to] of Object.entries(state.refs === null ? {} : refs.tags)) {
      const from = state.refs && Object.hasOwn(state.refs, tag) ? (state.refs[tag] ?? '') : ''
      if (from !== to) tell(tag, from, to)
    }
    for (const [tag, from] of Object.entries(state.refs ?? {})) if (!Object.hasOwn(refs.tags, tag)) tell(tag, from, '')
    this.#known.set(id, { ...state, sha: refs.main || state.sha, refs: refs.tags, told })
  }

  /** Whether a repository of this name is still this one, and no other that was made under its name. */
  async #isItself(id: string, { name, type }: RepoState): Promise<boolean> {
    const repo = await this.#api.repo(name, type, this.#poll)
    return isRepo(repo) && repo.id === id
  }

  /** Of one that cannot be seen: what was public was there for all to see, and of the rest the token has to see everything. */
  async #isGone({ name, isPrivate }: RepoState): Promise<boolean> {
    if (isPrivate === false) return true
    this.#account ??= this.#api.whoami(this.#poll.signal)
    const account = await this.#account
    return account?.seesAllOf.includes(name.slice(0, name.indexOf('/'))) ?? false
  }

  /** Not in the list any more: it may have gone to another owner, or be gone. */
  async #missing(id: string, state: RepoState): Promise<void> {
    const repo = await this.#api.repo(state.name, state.type, this.#poll)
    // that is no event; the next look forgets it if it belongs to somebody else now
    if (repo !== null && typeof repo === 'object' && 'to' in repo) {
      this.#known.set(id, { ...state, name: repo.to })
      return
    }
    if (isRepo(repo) && repo.id === id) return
    if (repo === 'forbidden' || (repo === null && !(await this.#isGone(state)))) {
      this.#memory.unsure.set(id, repo === null ? UNSURE : FORBIDDEN)
      return
    }
    for (const [tag, from] of Object.entries(state.refs ?? {})) {
      this.#events.tagged({ id, state }, tag, from, '', Object.hasOwn(state.told, tag) ? (state.told[tag] ?? []) : [])
    }
    this.#events.gone({ id, state }, state.sha)
    this.#known.set(id, null)
  }
}

const isRepo = (found: Awaited<ReturnType<HubApi['repo']>>): found is SeenRepo =>
  found !== null && typeof found === 'object' && 'id' in found

function isNews({ main, tags }: Refs, state: RepoState): boolean {
  if (main !== '' && main !== state.sha) return true
  const known = Object.entries(state.refs ?? {})
  return (
    state.refs !== null && (known.length !== Object.keys(tags).length || known.some(([tag, at]) => tags[tag] !== at))
  )
}
