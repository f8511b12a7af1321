import { createHash } from 'node:crypto'
import { EVENT_LIMITS } from '../../events/event-values.js'
import { Fields, present } from './fields.js'
import type { Place, RefChange, Translation } from './translation.js'

/**
 * The Hub's webhooks (huggingface.co/docs/hub/webhooks): a change of content names each branch and tag that moved.
 * It knows no project, no user names and no time. Since September 2026 a header, `Webhook-Id`, names the delivery;
 * without it an event's id is made of what the event tells.
 * @param place.idPrefix the delivery's id
 * @throws AutomationError `event_invalid` when the message lacks what it should have
 */
export function huggingfaceEvents(body: unknown, { entity, project, idPrefix }: HubPlace): Translation {
  const message = new Fields(body)
  if (!isContent(message.text('event.scope'), message.text('event.action'))) return { events: [], ignored: 1 }
  const repository = repositoryOf(message, entity)
  const { made, refused } = message.each('updatedRefs', (ref) => eventOf(ref, repository, project))
  const told = made.filter((each) => each !== null)
  // A change without refs is told once, too.
  const ignored = Math.max(made.length + refused.length, 1) - told.length - refused.length
  if (idPrefix === undefined) {
    const changes = told.map(({ change }) => change)
    return { events: told.map(({ event }) => event), ignored, refused, ...(changes.length > 0 && { changes }) }
  }
  const idAt = (index: number) => (told.length === 1 ? idPrefix : `${idPrefix}/${index}`)
  return { events: told.map(({ event }, index) => ({ ...event, event_id: idAt(index) })), ignored, refused }
}

type HubPlace = Place & { readonly idPrefix?: string }

interface Told {
  readonly event: Translation['events'][number]
  readonly change: RefChange
}

/** The Hub may narrow its scopes one day: whatever is done to a narrower one is an update of the one that is known. */
const isContent = (scope: string, action: string) =>
  scope === 'repo.content' ? action === 'update' : scope.startsWith('repo.content.')

interface Repository {
  readonly id: string
  /** `owner/repo` */
  readonly name: string
  readonly owner: string
  readonly type: string | undefined
  readonly metadata: object
}

function repositoryOf(message: Fields, entity: string): Repository {
  const name = message.text('repo.name')
  const slash = name.indexOf('/')
  return {
    id: message.optionalText('repo.id') || name,
    name,
    // A few old repositories have no owner in their name.
    owner: slash > 0 ? name.slice(0, slash) : entity || name,
    type: message.optionalText('repo.type'),
    metadata: present({ url: message.value('repo.url.web'), tags: message.value('repo.tags') }),
  }
}

function eventOf(change: Fields, repository: Repository, project: string): Told | null {
  const ref = change.text('ref')
  const from = change.optionalText('oldSha') ?? ''
  const to = change.optionalText('newSha') ?? ''
  const tag = /^refs\/tags\/(.+)$/s.exec(ref)?.[1]
  const isMain = ref === 'refs/heads/main' && to !== ''
  const revision = to || from
  if ((tag === undefined && !isMain) || revision === '') return null
  const event = {
    event_type:
      tag === undefined
        ? ('CREATE_ARTIFACT' as const)
        : to === ''
          ? ('REMOVE_ARTIFACT_ALIAS' as const)
          : ('ADD_ARTIFACT_ALIAS' as const),
    event_id: idOf(repository.id, ref, from, to),
    entity_name: repository.owner,
    project_name: project,
    artifact_collection_name: repository.name,
    // As huggingface_hub's file system writes it: hf://owner/repo@revision, with the kind before it if it is no model.
    artifact_version: `hf://${prefixOf(repository.type)}${repository.name}@${revision}`,
    artifact_version_string: `${repository.owner}/${project}/${repository.name}:${tag ?? revision}`,
    artifact_type: repository.type,
    artifact_metadata: { ...repository.metadata, ref, revision },
    alias: tag,
  }
  return { event, change: { from, to } }
}

const prefixOf = (type: string | undefined) => (type === 'dataset' || type === 'space' ? `${type}s/` : '')

/** The same change has the same id however often the Hub tells it. */
function idOf(repository: string, ref: string, from: string, to: string): string {
  const id = `${repository}:${ref}:${from}..${to}`
  if (id.length <= EVENT_LIMITS.idLength) return id
  // UTF-8 would make halves of surrogate pairs one
  const bytes = /\p{Surrogate}/u.test(id) ? JSON.stringify(id) : id
  return createHash('sha256').update(bytes).digest('hex')
}
