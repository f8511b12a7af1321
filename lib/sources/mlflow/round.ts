import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Asking } from '../watch/items.js'
import type { MlflowApi } from './api.js'
import type { SeenModel, SeenVersion } from './seen.js'
import type { Registered } from './state.js'

/** What a full look found to be missing; both are asked for once more before anybody is told. */
export interface Missing {
  /** Models that no page had. */
  readonly models: readonly string[]
  /** Models of which no page had a version that they had. */
  readonly withVersions: readonly string[]
}

/** Pages of one full look; far more than anybody has. */
const MOST_PAGES = 10_000

/** Models after which everything else may go on. */
const SLICE = 100

/**
 * One full look at a registry that does not fit on a page, a page at a time. What moves from page to page meanwhile may be
 * missed, and what is made meanwhile may not be there yet: what is missing is only a suspicion.
 */
export class Round {
  readonly #models = new Set<string>()
  readonly #versions = new Map<string, Set<number>>()
  readonly #tokens = new Set<string>()
  #phase: 'models' | 'versions'
  #token: string | null = null

  readonly #withModels: boolean

  /** @param withModels whether models are listed too: they are not when every poll sees all of them */
  constructor(withModels: boolean) {
    this.#withModels = withModels
    this.#phase = withModels ? 'models' : 'versions'
  }

  /** Reads the next page. @returns whether it was the last one; then `missing` knows */
  async step(
    api: MlflowApi,
    asking: Asking,
    take: { models(models: readonly SeenModel[]): void; versions(versions: readonly SeenVersion[]): void },
  ): Promise<boolean> {
    const isOfModels = this.#phase === 'models'
    const page = isOfModels
      ? await api.models('name', this.#token, asking)
      : await api.versions({ order: 'name' }, this.#token, asking)
    if (isOfModels) {
      const models = page.items as readonly SeenModel[]
      for (const { name } of models) this.#models.add(name)
      take.models(models)
    } else {
      const versions = page.items as readonly SeenVersion[]
      for (const { name, version } of versions) {
        const numbers = this.#versions.get(name) ?? new Set()
        this.#versions.set(name, numbers.add(version))
      }
      take.versions(versions)
    }
    // a server that lists without end: what it has is not known
    const isEndless = page.next !== null && (this.#tokens.has(page.next) || this.#tokens.size > MOST_PAGES)
    if (page.next !== null && !isEndless) this.#tokens.add(page.next)
    this.#token = isEndless ? null : page.next
    if (this.#token !== null) return false
    this.#tokens.clear()
    if (!isOfModels) return true
    this.#phase = 'versions'
    return false
  }

  async missing(known: Registered): Promise<Missing> {
    const models: string[] = []
    const withVersions: string[] = []
    for (const [index, name] of known.names().entries()) {
      if (index % SLICE === SLICE - 1) await nextTurn()
      if (this.#withModels && !this.#models.has(name)) models.push(name)
      const seen = this.#versions.get(name)
      if ([...known.versions(name).keys()].some((version) => !seen?.has(version))) withVersions.push(name)
    }
    return { models, withVersions }
  }
}
