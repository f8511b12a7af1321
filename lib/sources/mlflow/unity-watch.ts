import { orRefusal } from '../watch/failure.js'
import { eachPage } from '../watch/pages.js'
import type { Looks, Poll } from '../watch/poller.js'
import type { Draft } from '../watch/store.js'
import { Comparison } from './compare.js'
import { Events } from './events.js'
import { settleNames } from './identity.js'
import type { Page, SeenModel, SeenVersion } from './seen.js'
import { Registered } from './state.js'
import type { UnityApi } from './unity-api.js'

export interface UnityWatchOptions {
  readonly api: UnityApi
  readonly server: string
  readonly entity: string
  readonly project: string
}

/** Models that are looked at closely in one poll at most: those that changed, those that triggers name, and some in turns. */
const CHANGED = 20
const NAMED = 10
const IN_TURNS = 4

/** Models that the list lacks of which is asked in one poll, whether they are gone. */
const MISSING = 20

/** Versions of which tags are asked for in one look at a model: new ones, and those that have an alias. */
const TAGGED = 5

/** Watches the models in Unity Catalog: the list in each poll, and closely what changed, what is named, and in turns the rest. */
export class UnityWatch implements Looks {
  readonly #options: UnityWatchOptions
  /** The model that was looked at last in its turn. */
  #last = ''
  /** The model that the list lacked, nobody knew of whether it is gone, and that was asked for last. */
  #missing = ''
  /** Models that cannot be read, with why: each poll says so of all of them, whoever's turn it is. */
  readonly #forbidden = new Map<string, string>()

  constructor(options: UnityWatchOptions) {
    this.#options = options
  }

  get server(): string {
    return this.#options.server
  }

  get client() {
    return this.#options.api.client
  }

  async look(draft: Draft, poll: Poll): Promise<void> {
    const { api } = this.#options
    const known = new Registered(draft)
    let hasHoles = false
    const asking = {
      signal: poll.signal,
      onSkip: (what: string, why: string) => {
        hasHoles = true
        poll.onSkip(what, why)
      },
    }
    const models = new Map<string, SeenModel>()
    let at = 0
    const ended = await eachPage<Page<SeenModel>>(
      (token) => api.models(token, asking),
      ({ items, serverTime }) => {
        at ||= serverTime
        for (const model of items) models.set(model.name, model)
      },
      { signal: poll.signal },
    )
    const since = known.whole?.since ?? null
    const events = new Events({ ...this.#options, revision: poll.revision, at }, poll.onSkip)
    const comparison = new Comparison(known, events, since)
    if (since === null) for (const model of models.values()) comparison.admit(model)
    else await settleNames({ api, known, comparison, asking }, models, false)
    // a list has what the key may see, and pages are no moment: what is missing is asked for by its name
    if (since !== null && ended === 'all' && !hasHoles) {
      const missing = known.names().filter((name) => !models.has(name))
      const isForbidden = (name: string) => this.#forbidden.has(name)
      const unknown = missing.filter((name) => !isForbidden(name)).slice(0, MISSING)
      const again = inTurns(missing.filter(isForbidden).sort(), this.#missing, 1)
      this.#missing = again.at(-1) ?? this.#missing
      for (const name of [...unknown, ...again]) {
        const found = await api.find(name, asking)
        if (found === 'gone') comparison.modelGone(name)
        else if (found !== 'there') this.#forbidden.set(name, found.why)
      }
    }
    for (const name of this.#chosen(known, models, poll, since === null)) {
      const updated = models.get(name)?.updated
      const found = await orRefusal(() => this.#lookAt(name, { known, comparison, asking, updated }))
      if (found) this.#forbidden.set(name, found.why)
    }
    for (const [name, why] of this.#forbidden) {
      if (known.model(name)) poll.onSkip(name.slice(0, 80), why)
      else this.#forbidden.delete(name)
    }
    if (since === null) {
      for (const { name, updated } of models.values()) {
        const model = known.model(name)
        if (model) known.setModel(name, { ...model, updated })
      }
      known.whole = { since: at, top: 0 }
    }
    draft.events.push(...events.all)
    known.flush()
  }

  /** Which models are looked at closely. */
  #chosen(known: Registered, models: ReadonlyMap<string, SeenModel>, { triggers }: Poll, isFirst: boolean): string[] {
    const names = known.names().sort()
    const named = triggers.map(({ trigger }) => trigger.collection).filter((name) => known.model(name) !== null)
    // what the list lacks may be out of the key's sight: that must not take the place of what changed
    const listed = isFirst ? [] : names.filter((name) => models.has(name) && !this.#forbidden.has(name))
    const changed = listed.filter((name) => known.model(name)?.updated !== models.get(name)?.updated)
    const others = inTurns(names, this.#last, IN_TURNS)
    this.#last = others.at(-1) ?? ''
    return [...new Set([...changed.slice(0, CHANGED), ...named.slice(0, NAMED), ...others])]
  }

  async #lookAt(
    name: string,
    {
      known,
      comparison,
      asking,
      updated,
    }: {
      known: Registered
      comparison: Comparison
      asking: Parameters<UnityApi['model']>[1]
      updated: number | undefined
    },
  ): Promise<void> {
    const { api } = this.#options
    const model = await api.model(name, asking)
    // the next list knows whether it is gone, or has another name
    if (model === null) return
    this.#forbidden.delete(name)
    const before = known.model(name)
    // never looked at since the first list: what it had then is no news
    const oldUntil = before?.tags === null ? before.updated : 0
    const versions: SeenVersion[] = []
    let hasHoles = false
    const onSkip = (what: string, why: string) => {
      hasHoles = true
      asking.onSkip(what, why)
    }
    const ended = await eachPage<Page<SeenVersion>>(
      (token) => api.versions(name, token, { ...asking, onSkip }),
      ({ items }) => {
        versions.push(...items)
      },
      { signal: asking.signal },
    )
    const holders = new Set(Object.values(model.aliases ?? {}))
    const isNew = ({ version }: SeenVersion) => known.version(name, version) === undefined
    const closely = versions.filter((each) => isNew(each) || holders.has(each.version)).slice(-TAGGED)
    for (const each of versions) {
      const whole = closely.includes(each) ? await api.version(name, each.version, asking) : each
      comparison.version(whole ?? each, oldUntil)
    }
    // what could not be read is not gone
    if (ended === 'all' && !hasHoles) {
      const there = new Set(versions.map(({ version }) => version))
      for (const version of known.versions(name).keys()) if (!there.has(version)) comparison.versionGone(name, version)
    }
    comparison.model(model)
    const state = known.model(name)
    if (state && updated !== undefined) known.setModel(name, { ...state, updated })
  }
}

/** So many of these names, which are in order, from the one after the last on, and round again. */
function inTurns(names: readonly string[], last: string, most: number): string[] {
  const next = Math.max(
    0,
    names.findIndex((name) => name > last),
  )
  return [...names.slice(next), ...names.slice(0, next)].slice(0, most)
}
