import type { Looks, Poll } from '../watch/poller.js'
import type { Draft } from '../watch/store.js'
import type { MlflowApi } from './api.js'
import { Comparison } from './compare.js'
import { Events } from './events.js'
import { firstLook } from './first-look.js'
import { Look } from './look.js'
import { newMemory } from './memory.js'
import { Registered } from './state.js'

export interface MlflowWatchOptions {
  readonly api: MlflowApi
  readonly server: string
  readonly entity: string
  readonly project: string
  /** Milliseconds from the end of one full look to the beginning of the next. */
  readonly fullLookEvery: number
  readonly now: () => number
}

/** Watches an MLflow registry. */
export class MlflowWatch implements Looks {
  readonly #options: MlflowWatchOptions
  #memory = newMemory()

  constructor(options: MlflowWatchOptions) {
    this.#options = options
  }

  get server(): string {
    return this.#options.server
  }

  get client() {
    return this.#options.api.client
  }

  get seesAll(): boolean {
    return this.#memory.seesAll
  }

  forget(): void {
    this.#memory = newMemory()
  }

  async look(draft: Draft, poll: Poll): Promise<void> {
    const { api, entity, project, server } = this.#options
    const known = new Registered(draft)
    const { whole } = known
    const eventsAt = (at: number) => new Events({ entity, project, server, revision: poll.revision, at }, poll.onSkip)
    if (whole === null) await firstLook(api, known, new Comparison(known, eventsAt(0), null), poll)
    else {
      const look = new Look(this.#options, this.#memory, known, whole, poll)
      draft.events.push(...(await look.events(eventsAt)))
    }
    known.flush()
  }
}
