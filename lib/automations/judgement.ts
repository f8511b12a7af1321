import type { Pattern } from '../alias/pattern.js'
import type { ArtifactEvent } from '../events/event.js'
import { namedBy, subjectOf } from '../events/subject.js'
import type { AutomationRule } from './rule.js'
import { isInScope, placeOf, scopeInWords } from './scope.js'
import { anyOf, shown, subjectInWords } from './words.js'

export type ConditionName = 'enabled' | 'scope' | 'event' | 'collection' | 'pattern' | 'run'

/** One condition of an automation, judged for one event. */
export interface Condition {
  readonly name: ConditionName
  /** Null: it was not looked at, or nobody can know. */
  readonly met: boolean | null
  /** A sentence that names both sides. */
  readonly reason: string
}

export interface Judgement {
  readonly fires: boolean
  readonly conditions: readonly Condition[]
}

/** A condition that an event alone decides. What follows from it for thousands of automations at once, `Router` knows. */
interface Kind {
  readonly name: Exclude<ConditionName, 'enabled'>
  readonly meets: (rule: AutomationRule, event: ArtifactEvent) => boolean | null
  readonly words: (rule: AutomationRule, event: ArtifactEvent, isMet: boolean) => string
}

const KINDS: readonly Kind[] = [
  {
    name: 'scope',
    meets: ({ trigger }, event) => isInScope(trigger, event),
    words: ({ trigger }, event, isMet) =>
      isMet
        ? `The event is from ${placeOf(event)}, which belongs to what the automation watches: ${scopeInWords(trigger)}.`
        : `The event is from ${placeOf(event)}; the automation watches ${scopeInWords(trigger)}.`,
  },
  {
    name: 'event',
    meets: ({ trigger }, event) => trigger.events.has(event.event_type),
    words: ({ trigger }, { event_type }, isMet) =>
      `The event is ${shown(event_type)}${isMet ? ', and' : ';'} the automation waits for ${anyOf(trigger.events)}.`,
  },
  {
    name: 'collection',
    meets: ({ trigger: { collection } }, event) => collection === '' || collection === event.artifact_collection_name,
    words: ({ trigger: { collection } }, { artifact_collection_name: name }, isMet) => {
      if (collection === '') return 'The automation watches every collection, and events without one.'
      const has = name === undefined ? 'The event has no collection' : `The collection is ${shown(name)}`
      return isMet ? `${has}, and the automation watches it.` : `${has}; the automation watches ${shown(collection)}.`
    },
  },
  {
    name: 'pattern',
    meets: ({ trigger: { pattern } }, event) => matchesPattern(pattern, subjectOf(event)),
    words: ({ trigger: { pattern } }, event, isMet) => {
      const has = subjectInWords(event)
      if (pattern === null) return `${has}, and the automation takes any.`
      const matches = isMet ? 'matches' : 'does not match'
      const what = namedBy(event) === null ? 'the empty text' : 'it'
      return `${has}${isMet ? ', and' : ';'} the pattern ${shown(pattern.source)} ${matches} ${what}.`
    },
  },
  {
    name: 'run',
    meets: ({ runs }, event) => runs.meets(event),
    words: ({ runs }, event) => runs.words(event),
  },
]

/** No pattern takes any alias or tag. */
export const matchesPattern = (pattern: Pattern | null, subject: string): boolean =>
  pattern === null || pattern.test(subject)

/** Whether an event starts an automation that is at work. */
export const starts = (rule: AutomationRule, event: ArtifactEvent): boolean =>
  KINDS.every(({ meets }) => meets(rule, event) === true)

/** Whether an automation can work at all, with the sentence that says so or why not. */
export interface Enabled {
  readonly met: boolean
  readonly reason: string
}

/** Whether an event starts an automation, condition by condition: all of them are looked at. */
export function judge(enabled: Enabled, rule: AutomationRule, event: ArtifactEvent): Judgement {
  const conditions = KINDS.map(({ name, meets, words }): Condition => {
    const met = meets(rule, event)
    return { name, met, reason: words(rule, event, met === true) }
  })
  return {
    fires: enabled.met && conditions.every(({ met }) => met === true),
    conditions: [{ name: 'enabled', ...enabled }, ...conditions],
  }
}

/** The same where the other conditions do not count, or cannot be told. */
export function notLookedAt(enabled: Enabled, why: string): readonly Condition[] {
  return [{ name: 'enabled', ...enabled }, ...KINDS.map(({ name }) => ({ name, met: null, reason: why }))]
}
