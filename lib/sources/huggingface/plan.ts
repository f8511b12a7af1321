import type { WatchTrigger } from '../../automations/watch-trigger.js'

/** What the triggers of a source ask for. */
export interface HubPlan {
  /** Users and organizations, all of whose repositories are watched. */
  readonly owners: ReadonlySet<string>
  /** Single repositories, `owner/name`. */
  readonly named: ReadonlySet<string>
  /** Some trigger names neither: whatever the token's user and organizations own. */
  readonly own: boolean
  /** Somebody waits for git tags. */
  readonly tags: boolean
}

const OF_TAGS = ['ADD_ARTIFACT_ALIAS', 'REMOVE_ARTIFACT_ALIAS'] as const

export function planOf(triggers: readonly WatchTrigger[]): HubPlan {
  const owners = new Set<string>()
  const named = new Set<string>()
  let own = false
  for (const { trigger } of triggers) {
    if (trigger.collection.includes('/')) named.add(trigger.collection)
    else if (trigger.entity !== '') owners.add(trigger.entity)
    else own = true
  }
  const tags = triggers.some(({ trigger }) => OF_TAGS.some((type) => trigger.events.has(type)))
  return { owners, named, own, tags }
}
