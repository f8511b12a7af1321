import type { Answer } from '../answer.js'
import { entityAutomationsDocument, FEATURES_DOCUMENT, projectAutomationsDocument } from '../automation-documents.js'
import type { WandbClient } from '../client.js'
import type { Directory } from '../directory.js'
import type { Offers } from '../offers.js'
import type { Automation, AutomationAction, AutomationScope } from './automation.js'

/**
 * All automations that the key can see: those of its entities and of its organizations' registries, each once, in the
 * order of their scopes and names.
 */
export async function readAutomations(
  client: WandbClient,
  directory: Directory,
  signal?: AbortSignal,
): Promise<Automation[]> {
  const { data } = await client.ask(FEATURES_DOCUMENT, {}, signal)
  const features = data.at('serverInfo').maybe((info) => info.at('features').maybe((list) => list.list())) ?? []
  const isModern = features.some(
    (feature) =>
      !feature.isNull && feature.at('name').text() === 'QUERY_AUTOMATIONS_ON_ENTITY' && feature.at('isEnabled').flag(),
  )
  const found = new Map<string, Automation>()
  const owners = [
    ...directory.organizations.map(({ name, entity }) => ({ entity, organization: name })),
    ...directory.entities.map(({ name }) => ({ entity: name, organization: '' })),
  ]
  for (const owner of owners) {
    for (const node of await (isModern ? modern : legacy)(client, owner.entity, signal)) {
      const automation = readAutomation(node, owner)
      found.set(automation.id, automation)
    }
  }
  const place = ({ scope, name }: Automation) =>
    [scope.entity, scope.project ?? '', scope.collection ?? '', name].join('\n')
  return [...found.values()].sort((left, right) => (place(left) < place(right) ? -1 : 1))
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
    return { nodes: nodes.flatMap(({ node }) => node.at('triggers').list()), next }
  })

async function pages(
  client: WandbClient,
  document: (offers: Offers) => string,
  entity: string,
  signal: AbortSignal | undefined,
  page: (scope: Answer) => { nodes: Answer[]; next: string | null },
): Promise<Answer[]> {
  const all: Answer[] = []
  for (let after: string | null = null; ; ) {
    const { data } = await client.ask(document, { entity, after }, signal)
    const found = data.at('scope').maybe(page)
    all.push(...(found?.nodes ?? []))
    if (!found || found.next === null || found.next === after) return all
    after = found.next
  }
}

function readAutomation(node: Answer, owner: { entity: string; organization: string }): Automation {
  const event = node.at('event')
  const isFilter = event.at('__typename').text() === 'FilterEventTriggeringCondition'
  return {
    id: node.at('id').text(),
    name: node.at('name').text(),
    description: node.at('description').maybe((text) => text.text()) ?? '',
    enabled: node.at('enabled').flag(),
    scope: readScope(node.at('scope'), owner),
    eventType: isFilter ? event.at('eventType').text() : event.at('__typename').text(),
    filter: isFilter ? jsonOrText(event.at('filter')) : null,
    action: readAction(node.at('action')),
  }
}

function readScope(scope: Answer, owner: { entity: string; organization: string }): AutomationScope {
  const whole = { ...owner, project: null, collection: null }
  switch (scope.at('__typename').text()) {
    case 'Project':
      return { ...whole, project: scope.at('name').text() }
    case 'Entity': {
      const name = scope.at('name').text()
      return { ...whole, entity: name, organization: name === owner.entity ? owner.organization : '' }
    }
    default: {
      const project = scope.at('project')
      const entity = project.maybe((each) => each.at('entity').at('name').text()) ?? owner.entity
      return {
        ...whole,
        entity,
        project: project.maybe((each) => each.at('name').text()),
        collection: scope.at('name').text(),
      }
    }
  }
}

function readAction(action: Answer): AutomationAction {
  const text = (name: string) => action.at(name).maybe((value) => value.text()) ?? ''
  const kind = action.at('__typename').text()
  const integration = action.at('integration')
  switch (kind) {
    case 'GenericWebhookTriggeredAction': {
      if (integration.at('urlEndpoint').isNull) return { kind: 'unsupported', what: 'a webhook that was deleted' }
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
      const channel = integration.at('channelName').maybe((name) => name.text()) ?? ''
      const team = integration.at('teamName').maybe((name) => name.text()) ?? ''
      return {
        kind: 'slack',
        team,
        channel,
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

/** What is no JSON stays a text: one automation that nobody understands must not keep the others from being read. */
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
