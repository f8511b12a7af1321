import type { ArtifactEvent } from '../../../events/event.js'
import type { JsonObject } from '../../../json.js'
import { eventId } from '../event-id.js'
import type { Change } from './change.js'
import type { Action, Details, VersionDetail } from './inquiry.js'
import type { CollectionSighting } from './sighting.js'

export interface ReportContext {
  readonly organization: string
  /** When the change was seen, Unix milliseconds by the server's clock. */
  readonly seenAt: number
  /** What the server remembers from before this time is about something else; Unix milliseconds. */
  readonly notBefore: number
  readonly details: Details
}

/**
 * What a change is as an event; null when the details show that it did not happen: what a page left out while it was
 * being read is no removal. `number` is the place of the change among all of the collection, and makes the event's id.
 */
export function reportChange(
  seen: CollectionSighting,
  change: Change,
  number: number,
  context: ReportContext,
): ArtifactEvent | null {
  const { organization, seenAt } = context
  const confirmed = confirm(seen.id, change, context.details)
  if (!confirmed) return null
  const { version, index, at } = confirmed
  const artifact = version?.artifact ?? ('artifact' in change ? change.artifact : null)
  const action = actionOf(change, artifact, context.details.actions(seen.id), context.notBefore)
  const named = 'alias' in change ? change.alias : index === null ? null : `v${index}`
  const subject = 'alias' in change ? change.alias : 'tag' in change ? change.tag : ''
  const own = change.type === 'CREATE_ARTIFACT' ? version?.author : null
  const author = action?.author ?? own ?? null
  return {
    event_type: change.type,
    event_id: eventId(seen.id, number, change.type, artifact ?? '', subject),
    event_time: new Date(action?.at ?? at ?? seenAt).toISOString(),
    ...(author === null ? {} : { event_author: author }),
    entity_name: seen.entity,
    ...(organization === '' ? {} : { organization_name: organization }),
    project_name: seen.project,
    artifact_collection_name: seen.name,
    artifact_type: version?.type ?? seen.type,
    ...(artifact === null ? {} : { artifact_version: `wandb-artifact://_id/${artifact}` }),
    ...(isOfVersion(change) && named !== null
      ? { artifact_version_string: `${seen.entity}/${seen.project}/${seen.name}:${named}` }
      : {}),
    ...(index === null ? {} : { artifact_version_index: index }),
    ...(version?.metadata ? { artifact_metadata: version.metadata as JsonObject } : {}),
    ...('alias' in change ? { alias: change.alias } : {}),
    ...('tag' in change ? { tag: change.tag } : {}),
  }
}

const isOfVersion = (change: Change) => change.type !== 'ADD_COLLECTION_TAG' && change.type !== 'REMOVE_COLLECTION_TAG'

interface Confirmed {
  readonly version: VersionDetail | null
  readonly index: number | null
  /** When it happened; null when nothing tells. */
  readonly at: number | null
}

/** What was seen is there; what was missed is gone when the thing itself does not say otherwise. */
function confirm(collection: string, change: Change, details: Details): Confirmed | null {
  switch (change.type) {
    case 'CREATE_ARTIFACT': {
      const version = details.member(collection, `v${change.index}`)?.version ?? null
      return { version, index: change.index, at: version?.createdAt ?? null }
    }
    case 'LINK_ARTIFACT': {
      const member = details.member(collection, `v${change.index}`)
      return { version: member?.version ?? null, index: change.index, at: member?.since ?? null }
    }
    case 'UNLINK_ARTIFACT': {
      const version = details.version(change.artifact) ?? null
      if (details.member(collection, `v${change.index}`) || version?.deleted) return null
      return { version, index: change.index, at: null }
    }
    case 'ADD_ARTIFACT_ALIAS': {
      const member = details.member(collection, change.alias)
      // moved on meanwhile: the next look will tell
      const moved = member?.version && change.artifact !== null && member.version.artifact !== change.artifact
      if (!member || moved) {
        const isGone = change.artifact === null && member === null
        return isGone ? null : { version: null, index: change.index, at: null }
      }
      // the alias was made anew, for the version that had it
      if (change.artifact === null && change.before && member.version?.artifact === change.before) return null
      return { version: member.version, index: member.index ?? change.index, at: null }
    }
    case 'REMOVE_ARTIFACT_ALIAS': {
      const holder = details.member(collection, change.alias)?.version?.artifact
      if (holder !== undefined && holder === change.artifact) return null
      const version = change.artifact === null ? null : (details.version(change.artifact) ?? null)
      return { version, index: change.index ?? version?.indexes?.get(collection) ?? null, at: null }
    }
    case 'ADD_ARTIFACT_TAG':
      return { version: details.version(change.artifact) ?? null, index: change.index, at: null }
    case 'REMOVE_ARTIFACT_TAG': {
      const version = details.version(change.artifact)
      if (version === null || version?.deleted || version?.tags.includes(change.tag)) return null
      return { version: version ?? null, index: change.index, at: null }
    }
    default:
      return { version: null, index: null, at: null }
  }
}

/** The latest thing that the server remembers of this kind, not from before the last look. */
function actionOf(
  change: Change,
  artifact: string | null,
  actions: readonly Action[],
  notBefore: number,
): Action | null {
  const fits = (action: Action): boolean => {
    const takes = /DELETE|REMOVE|UNLINK/i.test(action.type)
    switch (change.type) {
      case 'ADD_ARTIFACT_ALIAS':
        return action.alias === change.alias && !takes
      case 'REMOVE_ARTIFACT_ALIAS':
        // a move is remembered as what gave the alias to another version
        return action.alias === change.alias
      case 'CREATE_ARTIFACT':
      case 'LINK_ARTIFACT':
        return action.alias === null && action.artifact === artifact && !takes
      case 'UNLINK_ARTIFACT':
        return action.alias === null && action.artifact === artifact && takes
      default:
        return false
    }
  }
  const found = actions.filter((action) => action.at >= notBefore && fits(action))
  return found.reduce<Action | null>(
    (latest, action) => (latest === null || action.at >= latest.at ? action : latest),
    null,
  )
}
