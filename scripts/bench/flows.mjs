// The same automation twice: with the nodes of this package, and with those that come with Node-RED.

const id = (kind, index = 0) => `${kind}${String(index).padStart(16 - kind.length, '0')}`
const TAB = { id: id('tab'), type: 'tab', label: 'bench' }

const EVENT = 'ADD_ARTIFACT_ALIAS'
/** The pattern of an automation: the first one matches the driver's event, the others another alias. */
const pattern = (index) => (index === 0 ? '^production$' : `^stage-${index}$`)

const TEMPLATE = `{
  "event_type": "\${event_type}",
  "client_payload": {
    "id": "\${event.event_id}",
    "artifact_version_string": "\${artifact_version_string}",
    "artifact_collection_name": "\${artifact_collection_name}",
    "project_name": "\${project_name}",
    "entity_name": "\${entity_name}",
    "author": "\${event_author}",
    "accuracy": "\${artifact_metadata.accuracy}"
  }
}`

/** A chain of nodes, each wired to the next by its first output. */
const chain = (row, nodes) =>
  nodes.map((node, column) => ({
    z: TAB.id,
    name: '',
    x: 100 + column * 200,
    y: 60 + row * 40,
    ...node,
    wires: [column + 1 < nodes.length ? [nodes[column + 1].id] : [], ...(node.wires ?? [])],
  }))

const many = (count, make) => Array.from({ length: count }, (_, index) => make(index)).flat()

const secret = (kind, name, value) => ({
  id: id(kind),
  type: 'automation-secret',
  name,
  version: 1,
  credentials: { value },
})

const webhook = (index, name, url, schedule) => ({
  id: id('webhook', index),
  type: 'automation-webhook',
  name,
  version: 1,
  url,
  accessToken: id('ingest'),
  signing: 'wandb',
  signingSecret: id('signing'),
  schedule,
})

const sender = (kind, index, to) => ({
  id: id(kind, index),
  type: 'webhook-sender',
  version: 1,
  webhook: id('webhook', to),
  mode: 'live',
  wires: [[]],
})

/**
 * @param automations how many artifact-event nodes; the first matches the driver's event, the others another alias
 * @param neighbour the URL of a second webhook, to which the matching automation sends as well
 */
export function packageFlow({ url, automations = 1, schedule = '5s, 5m', neighbour }) {
  const nodes = [
    TAB,
    secret('ingest', 'INGEST_TOKEN', 'bench-token'),
    secret('signing', 'SIGNING', 'bench-signing'),
    { id: id('source'), type: 'artifact-source', name: 'bench', version: 1, kind: 'http', secret: id('ingest') },
    webhook(0, 'bench', url, schedule),
    ...many(automations, (index) =>
      chain(index, [
        {
          id: id('event', index),
          type: 'artifact-event',
          name: `automation ${index}`,
          version: 1,
          source: id('source'),
          scope: 'registry',
          entity: 'acme',
          project: 'model',
          events: [EVENT],
          pattern: pattern(index),
        },
        { id: id('templ', index), type: 'payload-template', version: 1, template: TEMPLATE },
        sender('send', index, 0),
      ]),
    ),
  ]
  if (neighbour) {
    nodes.push(webhook(1, 'neighbour', neighbour, schedule), ...chain(-1, [sender('next', 0, 1)]))
    nodes.find((node) => node.id === id('templ')).wires[0].push(id('next'))
  }
  return nodes
}

const FIELDS = [
  'event_type',
  'event_id',
  'entity_name',
  'project_name',
  'event_author',
  'artifact_collection_name',
  'artifact_version',
  'artifact_version_string',
  'artifact_version_index',
  'alias',
  'artifact_metadata',
]

/** The driver's event, made anew by a mapping; and a source beside it whose mapping never ends. */
export function mappedFlow({ url }) {
  const mapping = `body.alias ? {${FIELDS.map((name) => `"${name}": body.${name}`).join(', ')}} : null`
  const mapped = { type: 'artifact-source', version: 1, kind: 'http', format: 'mapped', secret: id('ingest') }
  return packageFlow({ url })
    .map((node) => (node.id === id('source') ? { ...node, ...mapped, mapping } : node))
    .concat({
      ...mapped,
      id: id('endless'),
      name: 'endless',
      path: '/endless',
      mapping: '($f := function($n){$f($n + 1)}; $f(1))',
    })
}

const SIGN = `const body = msg.payload
msg.headers = {
  'content-type': 'application/json',
  authorization: 'Bearer bench-token',
  'X-Wandb-Signature': crypto.createHmac('sha256', 'bench-signing').update(body).digest('hex'),
}
return msg`

const stockSwitch = (kind, index, property, rule) => ({
  id: id(kind, index),
  type: 'switch',
  property: `payload.${property}`,
  propertyType: 'msg',
  rules: [{ vt: 'str', ...rule }],
  checkall: 'true',
  repair: false,
  outputs: 1,
})

/** What a Node-RED user wires today: nothing is stored, checked, retried or kept. */
export function stockFlow({ url, automations = 1 }) {
  const [endpoint, answer] = chain(-1, [
    { id: id('in'), type: 'http in', url: '/artifact-events', method: 'post', upload: false },
    { id: id('resp'), type: 'http response', statusCode: '202', headers: {} },
  ])
  endpoint.wires[0].push(...many(automations, (index) => id('scope', index)))
  return [
    TAB,
    endpoint,
    answer,
    ...many(automations, (index) =>
      chain(index, [
        stockSwitch('scope', index, 'project_name', { t: 'eq', v: 'wandb-registry-model' }),
        stockSwitch('alias', index, 'alias', { t: 'regex', v: pattern(index), case: false }),
        {
          id: id('templ', index),
          type: 'template',
          field: 'payload',
          fieldType: 'msg',
          format: 'json',
          syntax: 'mustache',
          template: TEMPLATE.replace(/\$\{(?:event\.)?([^}]+)\}/g, '{{payload.$1}}'),
          output: 'str',
        },
        {
          id: id('sign', index),
          type: 'function',
          func: SIGN,
          outputs: 1,
          timeout: 0,
          noerr: 0,
          initialize: '',
          finalize: '',
          libs: [{ var: 'crypto', module: 'crypto' }],
        },
        {
          id: id('send', index),
          type: 'http request',
          method: 'POST',
          ret: 'txt',
          paytoqs: 'ignore',
          url,
          tls: '',
          persist: true,
          proxy: '',
          insecureHTTPParser: false,
          authType: '',
          senderr: false,
          headers: [],
        },
      ]),
    ),
  ]
}
