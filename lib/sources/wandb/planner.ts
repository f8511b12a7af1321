import type { WatchTrigger } from '../../automations/watch-trigger.js'
import { SourceFailure } from '../watch/failure.js'
import { Skips } from '../watch/skips.js'
import type { WandbClient } from './client.js'
import { type Directory, NO_DIRECTORY, readDirectory, readOrganizations, readProjects } from './directory.js'
import { CANNOT_BE_HAD } from './failure.js'
import { Newcomers } from './newcomers.js'
import { entitiesWithRuns, needsDirectory, organizationsNamed, planWatch, unseenFailure } from './plan.js'
import type { Target } from './target.js'

export interface PlannerOptions {
  readonly client: WandbClient
  readonly now: () => number
}

const DAY = 24 * 60 * 60 * 1000
/** When a directory that was not whole is asked for again, in milliseconds. */
const TRY_AGAIN = 10 * 60 * 1000

/**
 * Finds out what has to be watched for the triggers of a source. Who the key belongs to and what it sees is asked once a
 * day and when the triggers change; places that triggers name are watched though nobody tells what the key sees.
 */
export class Planner {
  readonly #options: PlannerOptions
  #triggers: readonly WatchTrigger[] = []
  #targets: readonly Target[] | null = null
  #directory: { readonly value: Directory; readonly until: number } | null = null
  /** Why the directory cannot be had; null when it can. */
  #failure: SourceFailure | null = null
  #skips = new Skips()
  newcomers: Newcomers | null = null

  constructor(options: PlannerOptions) {
    this.#options = options
  }

  get triggers(): readonly WatchTrigger[] {
    return this.#triggers
  }

  set triggers(triggers: readonly WatchTrigger[]) {
    this.#triggers = triggers
    this.#targets = null
  }

  /** What is watched as far as it is known; null while nobody asked. */
  get targets(): readonly Target[] | null {
    return this.#targets
  }

  /** What of the directory could not be read. */
  get skips(): Skips {
    return this.#skips
  }

  /** Nothing is watched. */
  clear(): void {
    this.#targets = []
    this.newcomers = null
    this.#failure = null
    this.#skips = new Skips()
  }

  /** What is watched is planned anew at the next call. */
  outdate(): void {
    this.#targets = null
  }

  /** Where there is nothing to ask for, nothing tells of what comes: the directory is asked for again. */
  askAgain(): void {
    this.#directory = null
  }

  /** The targets, and whether they were planned anew. */
  async plan(signal: AbortSignal): Promise<{ readonly targets: readonly Target[]; readonly isNew: boolean }> {
    const { client, now } = this.#options
    const triggers = this.#triggers
    if (this.#targets && this.#directory && now() < this.#directory.until)
      return { targets: this.#targets, isNew: false }
    const skips = new Skips()
    const value = await this.#read(triggers, skips, signal)
    const projects = new Map<string, string[]>()
    for (const entity of entitiesWithRuns(triggers, value))
      projects.set(entity, await readProjects(client, entity, { signal, onSkip: skips.note }))
    const targets = planWatch(triggers, value, projects)
    const isWhole = this.#failure === null && skips.count === 0
    this.#skips = skips
    this.#directory = { value, until: now() + (isWhole ? DAY : TRY_AGAIN) }
    this.newcomers = new Newcomers(triggers, value, projects, this.newcomers)
    // other triggers may have come meanwhile
    if (triggers === this.#triggers) this.#targets = targets
    return { targets, isNew: true }
  }

  /** The failure of triggers that wait for whatever the key sees, or name what it does not see; null when there is none. */
  failure(): Error | null {
    if (this.#failure && needsDirectory(this.#triggers)) return this.#failure
    return this.#directory && unseenFailure(this.#triggers, this.#directory.value)
  }

  async #read(triggers: readonly WatchTrigger[], skips: Skips, signal: AbortSignal): Promise<Directory> {
    const { client } = this.#options
    const looking = { signal, onSkip: skips.note }
    let value = this.#directory?.value ?? NO_DIRECTORY
    try {
      value = await readDirectory(client, looking)
      this.#failure = null
    } catch (error) {
      if (!(error instanceof SourceFailure) || !CANNOT_BE_HAD.includes(error.code)) throw error
      this.#failure = error
      skips.note('viewer', error.message)
    }
    const isWhole = this.#failure === null && skips.count === 0 && client.offers.has('organizations')
    const named = isWhole ? [] : organizationsNamed(triggers, value)
    const organizations = await readOrganizations(client, named, looking)
    return { ...value, organizations: [...value.organizations, ...organizations] }
  }
}
