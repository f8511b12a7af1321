// The same automation twice: with the nodes of this package, and with those that come with Node-RED.

const id = (kind, index = 0) => `${kind}${String(index).padStart(16 - kind.length, '0')}`

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

/**
 * @param automations how many artifact-event nodes; the first matches the driver's event, the others another alias
 * @param neighbour the URL of a second webhook, to which the matching automation sends as well
 */
export function packageFlow({ url, automations = 1, schedule = '5s, 5m', neighbour }) {
  const nodes = [
    { id: id('tab'), type: 'tab', label: 'bench' },
    {
      id: id('source'),
      type: 'artifact-source',
      name: 'bench',
      version: 1,
      kind: 'http',
      path: '/artifact-events',
      format: 'event',
      auth: 'bearer',
      secret: id('ingest'),
      entity: '',
      project: '',
    },
    {
      id: id('ingest'),
      type: 'automation-secret',
      name: 'INGEST_TOKEN',
      version: 1,
      credentials: { value: 'bench-token' },
    },
    {
      id: id('signing'),
      type: 'automation-secret',
      name: 'SIGNING',
      version: 1,
      credentials: { value: 'bench-signing' },
    },
    {
      id: id('webhook'),
      type: 'automation-webhook',
      name: 'bench',
      version: 1,
      url,
      method: 'POST',
      service: 'generic',
      accessToken: id('ingest'),
      secrets: [],
      signing: 'wandb',
      signingSecret: id('signing'),
      signatureEncoding: 'hex',
      headers: '{}',
      timeout: '30',
      schedule,
      rateLimit: '',
      ordering: 'none',
      tls: '',
      proxy: '',
      store: '',
    },
  ]
  for (let index = 0; index < automations; index += 1) {
    nodes.push(
      {
        id: id('event', index),
        type: 'artifact-event',
        z: id('tab'),
        name: `automation ${index}`,
        version: 1,
        source: id('source'),
        scope: 'registry',
        entity: 'acme',
        project: 'model',
        collection: '',
        events: ['ADD_ARTIFACT_ALIAS'],
        pattern: index === 0 ? '^production$' : `^stage-${index}$`,
        description: '',
        x: 100,
        y: 60 + index * 40,
        wires: [[id('templ', index)]],
      },
      {
        id: id('templ', index),
        type: 'payload-template',
        z: id('tab'),
        name: '',
        version: 1,
        template: TEMPLATE,
        format: 'json',
        missing: 'blank',
        x: 300,
        y: 60 + index * 40,
        wires: [[id('send', index)]],
      },
      {
        id: id('send', index),
        type: 'webhook-sender',
        z: id('tab'),
        name: '',
        version: 1,
        webhook: id('webhook'),
        mode: 'live',
        x: 500,
        y: 60 + index * 40,
        wires: [[], []],
      },
    )
  }
  if (neighbour) {
    const webhook = nodes.find(({ id: one }) => one === id('webhook'))
    const sender = nodes.find(({ id: one }) => one === id('send'))
    const template = nodes.find(({ id: one }) => one === id('templ'))
    nodes.push({ ...webhook, id: id('webhook', 1), name: 'neighbour', url: neighbour })
    nodes.push({ ...sender, id: id('next'), webhook: id('webhook', 1), y: sender.y + 20 })
    template.wires[0].push(id('next'))
  }
  return nodes
}

/** What a Node-RED user wires today: nothing is stored, checked, retried or kept. */
export function stockFlow({ url, automations = 1 }) {
  const nodes = [
    { id: id('tab'), type: 'tab', label: 'bench' },
    {
      id: id('in'),
      type: 'http in',
      z: id('tab'),
      name: '',
      url: '/artifact-events',
      method: 'post',
      upload: false,
      x: 100,
      y: 40,
      wires: [[id('resp'), ...Array.from({ length: automations }, (_, index) => id('scope', index))]],
    },
    {
      id: id('resp'),
      type: 'http response',
      z: id('tab'),
      name: '',
      statusCode: '202',
      headers: {},
      x: 300,
      y: 20,
      wires: [],
    },
  ]
  for (let index = 0; index < automations; index += 1) {
    nodes.push(
      {
        id: id('scope', index),
        type: 'switch',
        z: id('tab'),
        name: '',
        property: 'payload.project_name',
        propertyType: 'msg',
        rules: [{ t: 'eq', v: 'wandb-registry-model', vt: 'str' }],
        checkall: 'true',
        repair: false,
        outputs: 1,
        x: 300,
        y: 60 + index * 40,
        wires: [[id('alias', index)]],
      },
      {
        id: id('alias', index),
        type: 'switch',
        z: id('tab'),
        name: '',
        property: 'payload.alias',
        propertyType: 'msg',
        rules: [{ t: 'regex', v: index === 0 ? '^production$' : `^stage-${index}$`, vt: 'str', case: false }],
        checkall: 'true',
        repair: false,
        outputs: 1,
        x: 500,
        y: 60 + index * 40,
        wires: [[id('templ', index)]],
      },
      {
        id: id('templ', index),
        type: 'template',
        z: id('tab'),
        name: '',
        field: 'payload',
        fieldType: 'msg',
        format: 'json',
        syntax: 'mustache',
        template: TEMPLATE.replace(/\$\{(?:event\.)?([^}]+)\}/g, '{{payload.$1}}'),
        output: 'str',
        x: 700,
        y: 60 + index * 40,
        wires: [[id('sign', index)]],
      },
      {
        id: id('sign', index),
        type: 'function',
        z: id('tab'),
        name: '',
        func: `const body = msg.payload
msg.headers = {
  'content-type': 'application/json',
  authorization: 'Bearer bench-token',
  'X-Wandb-Signature': crypto.createHmac('sha256', 'bench-signing').update(body).digest('hex'),
}
return msg`,
        outputs: 1,
        timeout: 0,
        noerr: 0,
        initialize: '',
        finalize: '',
        libs: [{ var: 'crypto', module: 'crypto' }],
        x: 900,
        y: 60 + index * 40,
        wires: [[id('send', index)]],
      },
      {
        id: id('send', index),
        type: 'http request',
        z: id('tab'),
        name: '',
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
        x: 1100,
        y: 60 + index * 40,
        wires: [[]],
      },
    )
  }
  return nodes
}
