import type { ArtifactEvent } from '../../events/event.js'
import { orRefusal } from '../watch/failure.js'
import { type Asking, unexpected } from '../watch/items.js'
import { eachPage } from '../watch/pages.js'
import type { Poll } from '../watch/poller.js'
import { canBeQuoted, type MlflowApi } from './api.js'
import { Comparison } from './compare.js'
import type { Events } from './events.js'
import { settleNames } from './identity.js'
import type { Memory } from './memory.js'
import { Round } from './round.js'
import type { Page, SeenModel, SeenVersion } from './seen.js'
import { Sight } from './sight.js'
import type { Registered, Whole } from './state.js'

interface LookOptions {
  readonly api: MlflowApi
  /** Milliseconds. */
  readonly fullLookEvery: number
  readonly now: () => number
}

/** Models whose versions are all listed in one poll, at most; the others wait for the next one. */
const LISTED = 20

/** Pages of news that are read in one poll; what is behind them is seen by the full look. */
const NEWS_PAGES = 100

/**
 * One look at a registry that is known, with two requests when nothing happened: the models that changed last, and the
 * versions that changed last or, in turns, a page of everything; a tag that is set, and in a database an alias too, moves
 * the time of nothing. What fits on a page is seen whole each time.
 */
export class Look {
  readonly #options: LookOptions
  readonly #memory: Memory
  readonly #known: Registered
  readonly #whole: Whole
  /** Of this look, by their names. */
  readonly #models = new Map<string, SeenModel>()
  #comparison!: Comparison
  readonly #asking: Asking
  readonly #sight: Sight
  readonly #onSkip: Asking['onSkip']
  /** Something was there that nobody knows or can read: a name may have changed meanwhile, and nothing is known to be gone. */
  #hasStrangers = false

  constructor(options: LookOptions, memory: Memory, known: Registered, whole: Whole, poll: Poll) {
    this.#options = options
    this.#memory = memory
    this.#known = known
    this.#whole = whole
    this.#asking = {
      signal: poll.signal,
      onSkip: (what, why) => {
        this.#hasStrangers = true
        poll.onSkip(what, why)
      },
    }
    this.#onSkip = poll.onSkip
    this.#sight = new Sight(options.api, this.#asking, memory.hidden)
  }

  /** @param eventsAt begins the events of a look at this time of the server's clock */
  async events(eventsAt: (at: number) => Events): Promise<readonly ArtifactEvent[]> {
    const { api } = this.#options
    const known = this.#known
    const absent = [...this.#memory.absent].slice(0, LISTED)
    const first = await api.models('newest', null, this.#asking)
    const events = eventsAt(first.serverTime)
    this.#comparison = new Comparison(known, events, this.#whole.since)
    const isWhole = first.next === null
    this.#note(first.items)
    await this.#moreModels(first)
    await this.#checkNothing()
    const isRoundDue = this.#isRoundDue(isWhole)
    const versionsOfRound = isRoundDue ? await this.#roundStep() : []
    const names = { api, known, comparison: this.#comparison, asking: this.#asking }
    await settleNames(names, this.#models, isWhole && !this.#hasStrangers)
    if (isWhole && !this.#hasStrangers) await this.#dropUnlisted()
    this.#take(versionsOfRound)
    const changed = [...this.#models.values()].filter(({ name, updated }) => known.model(name)?.updated !== updated)
    const all = !isRoundDue || changed.length > 0 ? await this.#news() : null
    if (all && !this.#hasStrangers) await this.#dropOthers(all, isWhole)
    for (const { name, created, updated } of changed) {
      const isExplained = all !== null || updated === created || known.model(name)?.top === updated
      if (!isExplained) this.#memory.suspects.add(name)
      else if (!this.#hasStrangers) this.#isSeen(name, updated)
    }
    await this.#listSuspects()
    await this.#drop(absent)
    for (const model of this.#models.values()) this.#comparison.model(model)
    this.#sight.settle((name) => known.model(name) !== null && !this.#models.has(name), this.#onSkip)
    this.#memory.seesAll = isWhole && all !== null && !this.#hasStrangers && this.#memory.hidden.size === 0
    this.#memory.looks += 1
    return events.all
  }

  /** An answer without any model is easily had from something that is no MLflow: then it has to know what it lacks. */
  async #checkNothing(): Promise<void> {
    const one = this.#known.names().find((name) => !this.#memory.hidden.has(name))
    if (this.#models.size > 0 || one === undefined) return
    if ((await this.#sight.of(one)) === 'there') {
      throw unexpected('MLflow', 'registered_models', 'the models that are there', [])
    }
  }

  #note(models: readonly SeenModel[]): void {
    // of one that moved from page to page, the first look counts
    for (const model of models) if (!this.#models.has(model.name)) this.#models.set(model.name, model)
  }

  /** Goes on as long as everything on a page is another than it was. */
  async #moreModels(first: Page<SeenModel>): Promise<void> {
    const isNew = ({ name, updated }: SeenModel) => this.#known.model(name)?.updated !== updated
    let page = first
    for (let count = 1; count < NEWS_PAGES && page.next !== null && page.items.every(isNew); count += 1) {
      const token: string = page.next
      page = await this.#options.api.models('newest', token, this.#asking)
      this.#note(page.items)
      if (page.next === token) return
    }
  }

  #isRoundDue(isWhole: boolean): boolean {
    const memory = this.#memory
    const { now, fullLookEvery } = this.#options
    if (memory.versionsFit && isWhole) {
      memory.round = null
      return false
    }
    memory.turn += 1
    if (memory.turn % 2 === 1) return false
    if (!memory.round && now() - memory.roundEnded >= fullLookEvery) memory.round = new Round(!isWhole)
    return memory.round !== null
  }

  /** A page of the full look. @returns its versions, which can be compared once models have their names */
  async #roundStep(): Promise<readonly SeenVersion[]> {
    const { round } = this.#memory
    if (!round) return []
    let versions: readonly SeenVersion[] = []
    const take = {
      models: (models: readonly SeenModel[]) => this.#note(models),
      versions: (page: readonly SeenVersion[]) => {
        versions = page
      },
    }
    let isLast: boolean
    try {
      isLast = await round.step(this.#options.api, this.#asking, take)
    } catch (error) {
      // a token may be what the server did not like
      this.#memory.round = null
      throw error
    }
    if (isLast) {
      const missing = await round.missing(this.#known)
      for (const name of missing.models) this.#memory.absent.add(name)
      for (const name of missing.withVersions) this.#memory.suspects.add(name)
      this.#memory.round = null
      this.#memory.roundEnded = this.#options.now()
    }
    return versions
  }

  /** @returns whether any of them was another than it was */
  #take(versions: readonly SeenVersion[]): boolean {
    let isNews = false
    for (const version of versions) {
      const found = this.#comparison.version(version)
      if (found === 'stranger') this.#hasStrangers = true
      if (found !== 'same') isNews = true
    }
    return isNews
  }

  /** Versions that changed since the last look. @returns the numbers by model when these are all; null when there are more */
  async #news(): Promise<Map<string, Set<number>> | null> {
    const { api } = this.#options
    const { top } = this.#whole
    const numbers = new Map<string, Set<number>>()
    let newest = top
    let pages = 0
    const ended = await eachPage<Page<SeenVersion>>(
      (token) => api.versions({ order: 'newest' }, token, this.#asking),
      ({ items, next }) => {
        pages += 1
        const isNews = this.#take(items)
        for (const { name, version, updated } of items) {
          numbers.set(name, (numbers.get(name) ?? new Set()).add(version))
          newest = Math.max(newest, updated)
        }
        return next !== null && !isNews && (items.at(-1)?.updated ?? 0) <= top
      },
      { most: NEWS_PAGES, signal: this.#asking.signal },
    )
    this.#memory.versionsFit = ended === 'all' && pages === 1
    // what is behind those pages is left to a full look, which begins at once
    if (ended === 'cut') this.#memory.roundEnded = Number.NEGATIVE_INFINITY
    this.#known.whole = { ...this.#whole, top: newest }
    return this.#memory.versionsFit ? numbers : null
  }

  /** Models that are there no longer, where all of them were seen at once. */
  async #dropUnlisted(): Promise<void> {
    const missing = this.#known.names().filter((name) => !this.#models.has(name))
    for (const name of this.#sight.chosen(missing, LISTED, this.#memory.looks)) {
      if ((await this.#sight.of(name)) === 'gone') this.#comparison.modelGone(name)
    }
  }

  /** Versions that are there no longer, where all of them were seen at once. */
  async #dropOthers(all: ReadonlyMap<string, ReadonlySet<number>>, isWhole: boolean): Promise<void> {
    let asked = 0
    for (const name of this.#known.names()) {
      // what is out of sight has its versions with it
      if (isWhole && !this.#models.has(name)) continue
      const there = all.get(name)
      const gone = [...this.#known.versions(name).keys()].filter((version) => !there?.has(version))
      if (gone.length === 0) continue
      if (there === undefined && (asked++ >= LISTED || (await this.#sight.of(name)) !== 'there')) continue
      for (const version of gone) this.#comparison.versionGone(name, version)
    }
  }

  #isSeen(name: string, updated: number): void {
    const model = this.#known.model(name)
    if (model && model.updated !== updated) this.#known.setModel(name, { ...model, updated })
  }

  async #listSuspects(): Promise<void> {
    const { api } = this.#options
    for (const name of [...this.#memory.suspects].slice(0, LISTED)) {
      this.#memory.suspects.delete(name)
      const seen = this.#models.get(name)
      if (seen && !canBeQuoted(name)) this.#isSeen(name, seen.updated)
      if (!this.#known.model(name) || !canBeQuoted(name)) continue
      const numbers = new Set<number>()
      const ended = await orRefusal(() =>
        eachPage<Page<SeenVersion>>(
          (token) => api.versions({ of: name, order: 'name' }, token, this.#asking),
          ({ items }) => {
            this.#take(items)
            for (const version of items) if (version.name === name) numbers.add(version.version)
          },
          { signal: this.#asking.signal },
        ),
      )
      if (typeof ended === 'object') {
        this.#onSkip(name.slice(0, 80), ended.why)
        this.#memory.suspects.add(name)
        continue
      }
      const known = [...this.#known.versions(name).keys()]
      if (ended !== 'all' || this.#hasStrangers) continue
      if (numbers.size === 0 && known.length > 0) {
        const found = await this.#sight.of(name)
        if (found === 'gone') this.#memory.absent.add(name)
        if (found !== 'there') continue
      }
      for (const version of known) if (!numbers.has(version)) this.#comparison.versionGone(name, version)
      if (seen) this.#isSeen(name, seen.updated)
    }
  }

  /** Models that the look before missed: by now they would have been seen under a new name. */
  async #drop(absent: readonly string[]): Promise<void> {
    for (const name of absent) {
      this.#memory.absent.delete(name)
      if (!this.#known.model(name) || this.#models.has(name)) continue
      if ((await this.#sight.of(name)) === 'gone') this.#comparison.modelGone(name)
    }
  }
}
