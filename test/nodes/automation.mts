import type { FlowNode } from './harness.mts'

/** Node configurations with the design's defaults, so that a test names only what it is about. */

export const source = (more: object = {}): FlowNode => ({
  id: 'source',
  type: 'artifact-source',
  name: 'registry events',
  version: 1,
  kind: 'http',
  path: '/artifact-events',
  format: 'event',
  auth: 'none',
  secret: '',
  entity: '',
  project: '',
  ...more,
})

export const trigger = (more: object = {}): FlowNode => ({
  id: 'trigger',
  type: 'artifact-event',
  name: 'model to production',
  version: 1,
  source: 'source',
  scope: 'registry',
  entity: '',
  project: 'model',
  collection: '',
  events: ['ADD_ARTIFACT_ALIAS'],
  pattern: '^production$',
  description: '',
  wires: [['template']],
  ...more,
})

export const template = (text: string, more: object = {}): FlowNode => ({
  id: 'template',
  type: 'payload-template',
  name: '',
  version: 1,
  template: text,
  format: 'json',
  missing: 'blank',
  wires: [['sender']],
  ...more,
})

export const filter = (rules: object[], more: object = {}): FlowNode => ({
  id: 'filter',
  type: 'alias-filter',
  name: '',
  version: 1,
  rules: JSON.stringify(rules),
  otherwise: true,
  checkAll: false,
  ...more,
})

export const sender = (more: object = {}): FlowNode => ({
  id: 'sender',
  type: 'webhook-sender',
  name: 'send',
  version: 1,
  webhook: 'webhook',
  mode: 'live',
  wires: [['delivered'], ['failed']],
  ...more,
})

export const webhook = (url: string, more: object = {}): FlowNode => ({
  id: 'webhook',
  type: 'automation-webhook',
  name: 'receiver',
  version: 1,
  url,
  method: 'POST',
  service: 'generic',
  accessToken: '',
  secrets: [],
  signing: 'none',
  signingSecret: '',
  signatureEncoding: 'hex',
  headers: '{}',
  timeout: '30',
  schedule: '20ms, 20ms',
  rateLimit: '',
  ordering: 'none',
  tls: '',
  proxy: '',
  store: '',
  ...more,
})

export const secret = (name: string): FlowNode => ({
  // never an id that is also one of the node's texts: Node-RED takes that for a reference to itself
  id: secretId(name),
  type: 'automation-secret',
  name,
  version: 1,
})

export const secretId = (name: string) => `secret-${name}`

export const collects = (id: string): FlowNode => ({ id, type: 'helper', wires: [] })

export const catches = (id = 'caught'): FlowNode => ({
  id: 'catching',
  type: 'catch',
  name: '',
  scope: null,
  uncaught: false,
  wires: [[id]],
})

export const event = (more: object = {}): Record<string, unknown> => ({
  event_type: 'ADD_ARTIFACT_ALIAS',
  entity_name: 'acme',
  project_name: 'wandb-registry-model',
  artifact_collection_name: 'churn',
  artifact_version_string: 'acme/wandb-registry-model/churn:production',
  alias: 'production',
  ...more,
})
