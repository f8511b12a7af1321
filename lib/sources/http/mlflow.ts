import { isDateTime } from '../../events/date-time.js'
import type { EventType } from '../../events/event.js'
import { EVENT_LIMITS } from '../../events/event-values.js'
import { Fields, present, wrong } from './fields.js'
import type { Place, Translation } from './translation.js'

type Make = (message: Fields, place: string) => object

/** MLflow's webhook events (mlflow.org, "Webhooks": `entity.action` and their `data`) that are events of ours. */
const KINDS: Readonly<Record<string, readonly [EventType, Make]>> = {
  'model_version.created': [
    'LINK_ARTIFACT',
    (message, place) => ({ ...versionFields(message, place), artifact_metadata: metadataOf(message) }),
  ],
  'model_version_alias.created': [
    'ADD_ARTIFACT_ALIAS',
    (message, place) => ({ ...versionFields(message, place), ...aliasFields(message, place) }),
  ],
  'model_version_alias.deleted': ['REMOVE_ARTIFACT_ALIAS', aliasFields],
  'model_version_tag.set': [
    'ADD_ARTIFACT_TAG',
    (message, place) => ({
      ...versionFields(message, place),
      tag: shortened(`${message.text('data.key')}=${message.optionalText('data.value') ?? ''}`),
    }),
  ],
  'model_version_tag.deleted': [
    'REMOVE_ARTIFACT_TAG',
    (message, place) => ({ ...versionFields(message, place), tag: message.text('data.key') }),
  ],
}

/** @throws AutomationError `event_invalid` when a known kind of message lacks what it should have */
export function mlflowEvents(body: unknown, { entity, project }: Place): Translation {
  const message = new Fields(body)
  const kind = `${message.text('entity')}.${message.text('action')}`
  const known = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined
  if (!known) return { events: [], ignored: 1 }
  const [event_type, make] = known
  const workspace = message.optionalText('workspace') ?? ''
  const place = [entity, project, ...(isNamed(workspace) ? [workspace] : []), message.text('data.name')].join('/')
  return {
    events: [
      {
        event_type,
        event_time: timeOf(message),
        artifact_collection_name: message.text('data.name'),
        ...make(message, place),
        ...(workspace === '' ? {} : { workspace }),
      },
    ],
    ignored: 0,
  }
}

/**
 * Where a server has workspaces, a name is one of a workspace's (mlflow.org, "Workspaces"), and its messages say which.
 * What was there before is in the one called `default`, and keeps the names that it had.
 */
const isNamed = (workspace: string) => workspace !== '' && workspace !== 'default'

/** The values of MLflow's tags may have 100,000 characters; prompts are kept in them. */
const shortened = (tag: string) =>
  tag.length > EVENT_LIMITS.textLength ? `${tag.slice(0, EVENT_LIMITS.textLength - 1)}…` : tag

function versionFields(message: Fields, place: string) {
  const version = versionOf(message)
  const workspace = message.optionalText('workspace') ?? ''
  const where = isNamed(workspace) ? `?workspace=${encodeURIComponent(workspace)}` : ''
  return {
    artifact_version: `models:/${message.text('data.name')}/${version}${where}`,
    artifact_version_string: `${place}:v${version}`,
    artifact_version_index: version,
  }
}

/** MLflow writes versions as texts of whole numbers. */
function versionOf(message: Fields): number {
  const value = message.value('data.version')
  const version = typeof value === 'number' ? String(value) : value
  if (typeof version !== 'string' || !/^\d{1,15}$/.test(version))
    throw wrong('data.version', 'is required, and must be a whole number of at most 15 digits')
  return Number(version)
}

function aliasFields(message: Fields, place: string) {
  const alias = message.text('data.alias')
  return { artifact_version_string: `${place}:${alias}`, alias }
}

function metadataOf(message: Fields): object {
  return present({
    tags: message.value('data.tags'),
    source: message.value('data.source'),
    run_id: message.value('data.run_id'),
    description: message.value('data.description'),
  })
}

/** A time that nobody can read is no reason to lose an event: then the time of its arrival counts. */
function timeOf(message: Fields): string | undefined {
  const time = message.value('timestamp')
  return typeof time === 'string' && isDateTime(time) ? time : undefined
}
