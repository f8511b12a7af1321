import { SourceFailure } from '../../watch/failure.js'
import { eachPage, MOST_PAGES } from '../../watch/pages.js'
import type { Answer } from '../answer.js'
import { entityAutomationsDocument, FEATURES_DOCUMENT, projectAutomationsDocument } from '../automation-documents.js'
import type { WandbClient } from '../client.js'
import type { Directory } from '../directory.js'
import { CANNOT_BE_HAD } from '../failure.js'
import type { Offers } from '../offers.js'
import type { Automation, AutomationAction, AutomationScope } from './automation.js'

interface Owner {
  readonly entity: string
  readonly organization: string
}

/**
 * All automations that the key can see: those of its entities and of its organizations' registries, each once, in the
 * order of their scopes and names.
 */
export async function readAutomations(
  client: WandbClient,
  directory: Directory,
  signal?: AbortSignal,
): Promise<Automation[]> {
  const features = await readFeatures(client, signal)
  const isModern = features.has('QUERY_AUTOMATIONS_ON_ENTITY')
  // the SDK asks in the same way whether automations may belong to an entity
  if (!features.has('AUTOMATION_SCOPE_ENTITY')) client.knowledge.lacks('entityScope')
  const found = new Map<string, Automation>()
  const owners = [
    ...directory.organizations.map(({ name, entity }) => ({ entity, organization: name })),
    ...directory.entities.map(({ name }) => ({ entity: name, organization: '' })),
  ]
  for (const owner of owners) {
    for (const node of await (isModern ? modern : legacy)(client, owner.entity, signal)) {
      const automation = readAutomation(node, owner, `${owner.entity} ${found.size}`)
      found.set(automation.id, automation)
    }
  }
  const place = ({ scope, name }: Automation) =>
    [scope.entity, scope.project ?? '', scope.collection ?? '', name].join('\n')
  return [...found.values()].sort((left, right) => (place(left) < place(right) ? -1 : 1))
}

/** What the server says that it can do; nothing where it does not say. */
async function readFeatures(client: WandbClient, signal: AbortSignal | undefined): Promise<Set<string>> {
  try {
    const { data } = await client.ask(FEATURES_DOCUMENT, {}, { signal, tolerates: () => true })
    const listed = data.at('serverInfo').maybe((info) => info.at('features').maybe((list) => list.list())) ?? []
    const features = listed.filter((feature) => !feature.isNull && feature.at('isEnabled').flag())
    return new Set(features.map((feature) => feature.at('name').text()))
  } catch (error) {
    if (!(error instanceof SourceFailure) || !CANNOT_BE_HAD.includes(error.code)) throw error
    return new Set()
  }
}

const modern = (client: WandbClient, entity: string, signal: AbortSignal | undefined) =>
  pages(client, entityAutomationsDocument, entity, signal, (scope) => {
    const { nodes, next } = scope.at('triggers').connection()
    return { nodes: nodes.map(({ node }) => node), next }
  })

/** Servers before 0.83 give automations by project, as plain lists. */
const legacy = (client: WandbClient, entity: string, signal: AbortSignal | undefined) =>
  pages(client, projectAutomationsDocument, entity, signal, (scope) => {
    const { nodes, next } = scope.at('projects').connection()
    const triggers = nodes.flatMap(({ node }) => node.at('triggers').list())
    return { nodes: triggers.filter((trigger) => !trigger.isNull), next }
  })

async function pages(
  client: WandbClient,
  document: (offers: Offers) => string,
  entity: string,
  signal: AbortSignal | undefined,
  page: (scope: Answer) => { nodes: Answer[]; next: string | null },
): Promise<Answer[]> {
  const all: Answer[] = []
  await eachPage(
    async (after) => {
      const { data } = await client.ask(document, { entity, after }, { signal })
      return data.at('scope').maybe(page)
    },
    ({ nodes }) => {
      all.push(...nodes)
    },
    { signal, most: MOST_PAGES.explore },
  )
  return all
}

/** Never fails: an automation that nobody understands must not keep the others from being read. */
function readAutomation(node: Answer, owner: Owner, place: string): Automation {
  const text = (name: string) => understood(name, () => node.at(name).text()).value ?? ''
  const scope = understood('its scope', () => readScope(node.at('scope'), owner))
  const event = understood('its event', () => readEvent(node.at('event')))
  const action = understood('its action', () => readAction(node.at('action')))
  return {
    id: text('id') || place,
    name: text('name') || 'automation without a name',
    description: text('description'),
    enabled: understood('enabled', () => node.at('enabled').flag()).value ?? true,
    scope: scope.value ?? { ...owner, project: null, collection: null },
    ...(event.value ?? { eventType: '', filter: null }),
    action: action.value ?? { kind: 'unsupported', what: 'of which W&B gave only a part' },
    problem: scope.problem ?? event.problem,
  }
}

/** What was read, or what is wrong with it in words. */
function understood<T>(what: string, read: () => T): { value: T | null; problem: string | null } {
  try {
    return { value: read(), problem: null }
  } catch (error) {
    if (error instanceof UnknownKind) return { value: null, problem: `${what} is ${error.message}` }
    if (error instanceof SourceFailure) return { value: null, problem: `${what} cannot be read` }
    throw error
  }
}

/** Something that W&B had not when this was written. */
class UnknownKind extends Error {
  constructor(type: string) {
    super(`of a kind that is not known here, ${type}`)
  }
}

function readEvent(event: Answer): Pick<Automation, 'eventType' | 'filter'> {
  const type = event.at('__typename').text()
  if (type !== 'FilterEventTriggeringCondition') return { eventType: type, filter: null }
  return { eventType: event.at('eventType').text(), filter: jsonOrText(event.at('filter')) }
}

function readScope(scope: Answer, owner: Owner): AutomationScope {
  const whole = { ...owner, project: null, collection: null }
  const type = scope.at('__typename').text()
  switch (type) {
    case 'Project':
      return { ...whole, project: scope.at('name').text() }
    case 'Entity': {
      const name = scope.at('name').text()
      return { ...whole, entity: name, organization: name === owner.entity ? owner.organization : '' }
    }
    case 'ArtifactPortfolio':
    case 'ArtifactSequence': {
      const project = scope.at('project')
      const entity = project.maybe((each) => each.at('entity').at('name').text()) ?? owner.entity
      return {
        ...whole,
        entity,
        project: project.maybe((each) => each.at('name').text()),
        collection: scope.at('name').text(),
      }
    }
    default:
      throw new UnknownKind(type)
  }
}

function readAction(action: Answer): AutomationAction {
  const text = (name: string) => action.at(name).maybe((value) => value.text()) ?? ''
  const kind = action.at('__typename').text()
  const integration = action.at('integration')
  const type = integration.maybe((each) => each.at('__typename').text())
  switch (kind) {
    case 'GenericWebhookTriggeredAction': {
      if (type === null) return { kind: 'unsupported', what: 'a webhook that was deleted' }
      if (type !== 'GenericWebhookIntegration')
        return { kind: 'unsupported', what: `a webhook of a kind that is not known here (${type})` }
      return {
        kind: 'webhook',
        webhook: {
          id: integration.at('id').text(),
          name: integration.at('name').text(),
          url: integration.at('urlEndpoint').text(),
          accessTokenRef: secretName(integration, 'accessTokenRef'),
          secretRef: secretName(integration, 'secretRef'),
        },
        payload: readPayload(action.at('requestPayload')),
      }
    }
    case 'NotificationTriggeredAction': {
      if (type !== null && type !== 'SlackIntegration')
        return { kind: 'unsupported', what: `a message to something that is not known here (${type})` }
      const name = (part: string) => integration.maybe((each) => each.at(part).maybe((value) => value.text())) ?? ''
      return {
        kind: 'slack',
        team: name('teamName'),
        channel: name('channelName'),
        title: text('title'),
        message: text('message'),
        severity: text('severity'),
      }
    }
    case 'NoOpTriggeredAction':
      return { kind: 'nothing' }
    case 'QueueJobTriggeredAction':
      return { kind: 'unsupported', what: 'starting a job in a queue of W&B Launch' }
    case 'ARIATriggeredAction':
      return { kind: 'unsupported', what: 'a prompt to the ARIA agent' }
    case 'PushNotificationTriggeredAction':
      return { kind: 'unsupported', what: 'a push notification to a phone' }
    default:
      return { kind: 'unsupported', what: kind }
  }
}

/** What is no JSON stays a text. */
function jsonOrText(answer: Answer): unknown {
  try {
    return answer.json()
  } catch {
    return answer.text()
  }
}

/** As people like to read it; text that is no JSON as it is, since a template here may become JSON only when it is filled. */
function readPayload(answer: Answer): string | null {
  const payload = jsonOrText(answer)
  if (payload === null || payload === undefined) return null
  return typeof payload === 'string' ? answer.text() : JSON.stringify(payload, null, 2)
}

/** Undefined when the server was not asked or does not tell. */
const secretName = (integration: Answer, name: string): string | null | undefined =>
  integration.has(name) ? integration.at(name).maybe((value) => value.text()) : undefined
