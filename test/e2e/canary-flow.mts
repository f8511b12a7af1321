import type { FlowNode } from './harness/node-red.mts'

/**
 * Secret values made to betray themselves: each has characters that JSON, URLs, HTML or base64 would write differently.
 * By name of the `automation-secret`.
 */
export const CANARIES = {
  INGEST_TOKEN: 'ingest-canary+/=&"\\7f3a91',
  ACCESS: 'access-canary+/=&"\\c20b44',
  SIGNING: 'signing-canary+/=&"\\e8816d ÄÖ',
  GRANTED: 'granted-canary+/=&"\\\n\t59a7d2 \u{1F511}',
  IN_HEADER: 'header-canary+/=&"\\0d4fe9',
} as const

const secretId = (name: keyof typeof CANARIES) => `secret-${name.toLowerCase()}`

const TEMPLATE = `{
  "alias": "\${alias}",
  "token": "\${ACCESS_TOKEN}",
  "granted": "before \${GRANTED} after",
  "bare": "$GRANTED",
  "value": \${GRANTED},
  "event": \${event_json}
}`

// a config node whose name is its own id would look like a circle to Node-RED
const webhook = (id: string, url: string, more: object = {}): FlowNode => ({
  id,
  type: 'automation-webhook',
  name: `${id} endpoint`,
  version: 1,
  url,
  method: 'POST',
  service: 'generic',
  accessToken: secretId('ACCESS'),
  secrets: [secretId('GRANTED'), secretId('IN_HEADER')],
  signing: 'wandb',
  signingSecret: secretId('SIGNING'),
  signatureEncoding: 'hex',
  headers: '{"X-Api-Key": "key ${IN_HEADER}"}',
  timeout: '30',
  schedule: '',
  rateLimit: '',
  ordering: 'none',
  tls: '',
  proxy: '',
  store: '',
  ...more,
})

const debug = (id: string): FlowNode => ({
  id,
  type: 'debug',
  z: 'tab',
  name: id,
  active: true,
  tosidebar: true,
  console: true,
  tostatus: true,
  complete: 'true',
  targetType: 'full',
  statusVal: 'payload',
  statusType: 'msg',
  x: 800,
  y: 100,
  wires: [],
})

const sender = (id: string, to: string, mode: string): FlowNode => ({
  id,
  type: 'webhook-sender',
  z: 'tab',
  name: id,
  version: 1,
  webhook: to,
  mode,
  x: 600,
  y: 100,
  wires: [[`${id}-out`], [`${id}-out`]],
})

/**
 * One automation with secrets in every place that takes one, to three senders: one is answered 200, one 404 (both by
 * an endpoint that sends everything back), one dries. Everything they put out is shown in full, and on the console.
 */
export function canaryFlow(receiverUrl: string): FlowNode[] {
  return [
    { id: 'tab', type: 'tab', label: 'canaries' },
    ...Object.entries(CANARIES).map(
      ([name, value]): FlowNode => ({
        id: secretId(name as keyof typeof CANARIES),
        type: 'automation-secret',
        name,
        version: 1,
        credentials: { value },
      }),
    ),
    {
      id: 'source',
      type: 'artifact-source',
      name: 'canary source',
      version: 1,
      kind: 'http',
      path: '/artifact-events',
      format: 'event',
      auth: 'bearer',
      secret: secretId('INGEST_TOKEN'),
      entity: '',
      project: '',
    },
    {
      id: 'trigger',
      type: 'artifact-event',
      z: 'tab',
      name: 'trigger',
      version: 1,
      source: 'source',
      scope: 'registry',
      entity: '',
      project: '',
      collection: '',
      events: ['ADD_ARTIFACT_ALIAS'],
      pattern: '',
      description: '',
      x: 100,
      y: 100,
      wires: [['template']],
    },
    {
      id: 'template',
      type: 'payload-template',
      z: 'tab',
      name: 'template',
      version: 1,
      template: TEMPLATE,
      format: 'json',
      missing: 'blank',
      x: 300,
      y: 100,
      wires: [['taken', 'refused', 'dry', 'rendered']],
    },
    sender('taken', 'good', 'live'),
    sender('refused', 'bad', 'live'),
    sender('dry', 'good', 'dry-run'),
    ...['rendered', 'taken-out', 'refused-out', 'dry-out'].map(debug),
    {
      id: 'catch',
      type: 'catch',
      z: 'tab',
      name: '',
      scope: null,
      uncaught: false,
      x: 100,
      y: 300,
      wires: [['caught']],
    },
    debug('caught'),
    webhook('good', `${receiverUrl}/good`),
    webhook('bad', `${receiverUrl}/bad`, { signing: 'standard-webhooks' }),
  ]
}
