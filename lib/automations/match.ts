import type { ArtifactEvent } from '../events/event.js'
import { isRegistry } from '../events/registry.js'
import { subjectOf } from '../events/subject.js'
import { ownersOf } from './owners.js'
import type { Trigger } from './trigger.js'

export type Explanation =
  | { readonly matches: true }
  | {
      readonly matches: false
      /** The first condition that the event does not meet. */
      readonly failed: 'scope' | 'event' | 'collection' | 'pattern'
      /** A sentence for a person. */
      readonly reason: string
    }

/** Whether an event starts an automation, and if not, why. */
export function explain(trigger: Trigger, event: ArtifactEvent): Explanation {
  if (!inScope(trigger, event)) {
    return fails('scope', `The event is from ${placeOf(event)}; this automation watches ${describeScope(trigger)}.`)
  }
  if (!trigger.events.has(event.event_type)) {
    const chosen = [...trigger.events].join(', ')
    return fails('event', `The event is ${event.event_type}; this automation waits for ${chosen}.`)
  }
  if (trigger.collection !== '' && trigger.collection !== event.artifact_collection_name) {
    const name = event.artifact_collection_name
    const has = name === undefined ? 'The event has no collection' : `The event's collection is "${name}"`
    return fails('collection', `${has}; this automation watches "${trigger.collection}".`)
  }
  const subject = subjectOf(event)
  if (trigger.pattern && !trigger.pattern.test(subject)) {
    const has = subject === '' ? 'The event has no alias or tag' : `"${subject}" is the event's alias or tag`
    return fails('pattern', `${has}, and the pattern ${trigger.pattern.source} does not match it.`)
  }
  return { matches: true }
}

const fails = (failed: 'scope' | 'event' | 'collection' | 'pattern', reason: string): Explanation => ({
  matches: false,
  failed,
  reason,
})

function inScope({ scope, entity, project }: Trigger, event: ArtifactEvent): boolean {
  if (scope === 'organization') return entity === '' || entity === event.organization_name
  if (scope === 'entity') return entity === '' || entity === event.entity_name
  if (entity !== '' && !ownersOf(event).includes(entity)) return false
  if (project !== '') return project === event.project_name
  return isRegistry(event.project_name) === (scope === 'registry')
}

const placeOf = ({ project_name, entity_name, organization_name }: ArtifactEvent) =>
  `project "${project_name}" of "${entity_name}"${organization_name ? ` in organization "${organization_name}"` : ''}`

function describeScope({ scope, entity, project }: Trigger): string {
  if (scope === 'organization') return `organization "${entity}"`
  const place = {
    registry: project === '' ? 'every registry' : `registry "${project}"`,
    project: project === '' ? 'every project that is no registry' : `project "${project}"`,
    entity: 'everything',
  }[scope]
  return entity === '' ? place : `${place} of "${entity}"`
}
