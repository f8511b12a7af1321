// A package of somebody else, compiled against the packed tarball: what it may rely on, and what the compiler refuses.
import type {
  ArtifactEvent,
  Attempt,
  DeliveredMessage,
  Delivery,
  DryRunMessage,
  ErrorCode,
  EventMessage,
  EventType,
  FailedMessage,
  RenderedMessage,
} from '@artifact-automations/node-red'
import schema from '@artifact-automations/node-red/event.schema.json' with { type: 'json' }

export const $id: string = schema.$schema

const event: ArtifactEvent = {
  event_type: 'ADD_ARTIFACT_ALIAS',
  entity_name: 'acme',
  project_name: 'wandb-registry-model',
  event_id: '1',
  event_time: '2026-01-31T12:00:00Z',
  alias: 'production',
  artifact_version_index: 3,
  artifact_metadata: { accuracy: 0.97, labels: ['a', 'b'] },
  a_field_that_nobody_knows: { kept: true },
}
export const type: EventType = event.event_type

// @ts-expect-error there is no such event
export const unknown: EventType = 'ADD_ALIAS'
// @ts-expect-error an event has an id
export const incomplete: ArtifactEvent = {
  event_type: 'LINK_ARTIFACT',
  entity_name: 'a',
  project_name: 'b',
  event_time: '',
}
// @ts-expect-error an index is a number
export const index: ArtifactEvent = { ...event, artifact_version_index: '3' }

export function onEvent(msg: EventMessage): string {
  // @ts-expect-error what was accepted is not changed under way: payload is the copy for that
  msg.event.alias = 'other'
  msg.payload = { ...msg.event, mine: true }
  return `${msg.topic} of ${msg.automation.name}: ${msg.event.alias ?? ''}`
}

export const secretsOf = (msg: RenderedMessage): string[] => msg.secretSlots.map(({ name }) => name)

export function onResult(msg: DeliveredMessage | DryRunMessage): string {
  if ('request' in msg) return `${msg.request.method} ${msg.request.url}`
  const { status, attempts, webhook }: Delivery = msg.delivery
  return `${webhook.name}: ${status} after ${attempts} with ${msg.statusCode ?? 'no answer'}`
}

export function onFailure({ error, delivery }: FailedMessage): boolean {
  const fromOutside: readonly ErrorCode[] = ['http_status', 'timeout', 'network', 'tls', 'dns']
  // @ts-expect-error there is no such code
  const misspelt: ErrorCode = 'http_state'
  const wasSent = delivery !== undefined && delivery.attempts > 0
  return wasSent && [...fromOutside, misspelt].some((code) => code === error.code)
}

export const slowest = (log: readonly Attempt[]): number => Math.max(...log.map(({ duration_ms }) => duration_ms))

// @ts-expect-error a delivery has one of four statuses
export const sent = (delivery: Delivery): boolean => delivery.status === 'sent'
