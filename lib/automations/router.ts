import type { Pattern } from '../alias/pattern.js'
import { PatternSet } from '../alias/pattern-set.js'
import type { ArtifactEvent, EventType } from '../events/event.js'
import { isRegistry } from '../events/registry.js'
import { subjectOf } from '../events/subject.js'
import { ownersOf } from './owners.js'
import type { AutomationRule } from './rule.js'
import type { Trigger } from './trigger.js'

/** The name that stands for any. */
const ANY = ''

type Collections = Map<string, Bucket>
type Owners = Map<string, Collections>
/** By project (`=name`), by the kind of project, or by a wider scope. */
type Places = Map<string, Owners>

interface Entry<T> {
  readonly rule: AutomationRule
  readonly value: T
}

/**
 * Finds the automations that an event starts: those of which `judge` says so, at a cost that follows those that match
 * and not those that exist. Everything but the pattern is looked up, the patterns behind one place are searched as a
 * set, and what is asked of runs is asked of what is left.
 */
export class Router<T> {
  readonly #entries: Entry<T>[] = []
  readonly #types = new Map<EventType, Places>()

  constructor(entries: Iterable<Entry<T>>) {
    for (const entry of entries) {
      const place = this.#entries.push(entry) - 1
      const { trigger } = entry.rule
      for (const type of trigger.events) this.#bucket(type, trigger).add(trigger.pattern, place)
    }
  }

  /** The values whose triggers match, in the order in which they were given. */
  route(event: ArtifactEvent): T[] {
    const places = this.#types.get(event.event_type)
    if (!places) return []
    const found: number[] = []
    const subject = subjectOf(event)
    for (const [place, names] of placesOf(event)) {
      forAnyAnd(places.get(place), names, (collections) => {
        forAnyAnd(collections, [event.artifact_collection_name], (bucket) => bucket.match(subject, found))
      })
    }
    return found
      .sort((a, b) => a - b)
      .map((place) => this.#entries[place] as Entry<T>)
      .filter(({ rule }) => rule.runs.meets(event) === true)
      .map(({ value }) => value)
  }

  #bucket(type: EventType, trigger: Trigger): Bucket {
    const places = made(this.#types, type, () => new Map() as Places)
    const owners = made(places, placeOf(trigger), () => new Map() as Owners)
    const collections = made(owners, trigger.entity, () => new Map() as Collections)
    return made(collections, trigger.collection, () => new Bucket())
  }
}

const placeOf = ({ scope, project }: Trigger) => (project === ANY ? scope : `=${project}`)

/** Where triggers that may match are kept, each with the owners of which it has to have one there. */
function placesOf(event: ArtifactEvent): [place: string, owners: readonly (string | undefined)[]][] {
  const { project_name, entity_name, organization_name } = event
  const owners = ownersOf(event)
  return [
    [`=${project_name}`, owners],
    [isRegistry(project_name) ? 'registry' : 'project', owners],
    ['entity', [entity_name]],
    ['organization', [organization_name]],
  ]
}

/** Visits what is kept under any name, and under each of these. */
function forAnyAnd<V>(
  map: ReadonlyMap<string, V> | undefined,
  names: readonly (string | undefined)[],
  visit: (value: V) => void,
): void {
  if (map === undefined) return
  const any = map.get(ANY)
  if (any !== undefined) visit(any)
  for (const name of names) {
    const named = name === undefined ? undefined : map.get(name)
    if (named !== undefined) visit(named)
  }
}

function made<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key)
  if (value === undefined) {
    value = make()
    map.set(key, value)
  }
  return value
}

/** The triggers that differ in nothing but their patterns. */
class Bucket {
  readonly #always: number[] = []
  readonly #byPattern = new Map<string, { readonly pattern: Pattern; readonly places: number[] }>()
  #set: { readonly patterns: PatternSet; readonly places: readonly (readonly number[])[] } | undefined

  add(pattern: Pattern | null, place: number): void {
    if (pattern === null) this.#always.push(place)
    else made(this.#byPattern, pattern.source, () => ({ pattern, places: [] })).places.push(place)
  }

  match(subject: string, found: number[]): void {
    for (const place of this.#always) found.push(place)
    if (this.#byPattern.size === 0) return
    this.#set ??= this.#compile()
    for (const pattern of this.#set.patterns.match(subject)) {
      for (const place of this.#set.places[pattern] ?? []) found.push(place)
    }
  }

  /** When the first event comes: a router is made anew at each deploy, and most of its buckets never see one. */
  #compile() {
    const entries = [...this.#byPattern.values()]
    return {
      patterns: new PatternSet(entries.map(({ pattern }) => pattern)),
      places: entries.map(({ places }) => places),
    }
  }
}
