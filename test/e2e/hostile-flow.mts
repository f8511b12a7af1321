import type { FlowNode } from './harness/node-red.mts'

/** Text that runs a script where it is taken for HTML, in any of the usual places; and says where it came from. */
export const hostile = (where: string): string => `${where}"'><img src=x data-hostile onerror="hostile('${where}')">`

/** How it begins where it is shown as what it is. */
export const SHOWN = `"'><img src=x data-hostile`

/** A flow in which every text that a person or an import may give is hostile; most of it is not valid, and says so. */
export const hostileFlow = (receiver: string, wandb: string): FlowNode[] => [
  { id: 'tab', type: 'tab', label: hostile('tab'), info: '' },
  {
    ...{ id: 'event', type: 'artifact-event', z: 'tab', x: 900, y: 80, version: 1, name: hostile('trigger') },
    ...{ source: 'source', scope: 'registry', entity: '', project: '', collection: '', pattern: '' },
    ...{ events: ['ADD_ARTIFACT_ALIAS'], description: hostile('description'), wires: [['filter']] },
  },
  {
    ...{ id: 'wrong', type: 'artifact-event', z: 'tab', x: 900, y: 140, version: 1, name: '', source: 'watched' },
    ...{ scope: hostile('scope'), entity: hostile('entity'), project: hostile('project') },
    ...{
      collection: hostile('collection'),
      events: ['RUN_METRIC', hostile('event')],
      pattern: `(${hostile('pattern')}`,
    },
    ...{ metric: '', runName: `(${hostile('runName')}`, window: hostile('window'), threshold: hostile('threshold') },
    ...{ states: [hostile('state')], comparison: hostile('comparison'), wires: [[]] },
  },
  {
    ...{
      id: 'filter',
      type: 'alias-filter',
      z: 'tab',
      x: 900,
      y: 200,
      version: 1,
      name: hostile('filter'),
      outputs: 3,
    },
    rules: JSON.stringify([
      { pattern: `(${hostile('rule')}`, label: hostile('label') },
      { pattern: hostile('rule'), label: '' },
    ]),
    ...{ otherwise: true, checkAll: true, wires: [['template'], [], ['template']] },
  },
  {
    ...{ id: 'unreadable', type: 'alias-filter', z: 'tab', x: 900, y: 260, version: 1, name: '', outputs: 1 },
    ...{ rules: `[${hostile('rules')}`, wires: [[]] },
  },
  {
    ...{ id: 'template', type: 'payload-template', z: 'tab', x: 900, y: 320, version: 1, name: hostile('template') },
    ...{ format: 'json', missing: 'blank', wires: [['sender']] },
    template: JSON.stringify({ alias: `\${alias}`, own: `\${event.own}`, note: hostile('note') }),
  },
  {
    ...{ id: 'broken', type: 'payload-template', z: 'tab', x: 900, y: 380, version: 1, name: '', format: 'json' },
    ...{ template: `{"a": \${b ${hostile('slot')}}}`, missing: hostile('missing'), wires: [[]] },
  },
  {
    ...{ id: 'sender', type: 'webhook-sender', z: 'tab', x: 900, y: 440, version: 1, name: '', webhook: 'webhook' },
    ...{ mode: 'live', wires: [['debug'], ['debug']] },
  },
  { id: 'catch', type: 'catch', z: 'tab', x: 900, y: 500, name: '', scope: null, wires: [['debug']] },
  {
    ...{ id: 'debug', type: 'debug', z: 'tab', x: 900, y: 560, name: hostile('debug'), active: true, tosidebar: true },
    ...{ complete: 'true', targetType: 'full', wires: [] },
  },
  {
    ...{ id: 'webhook', type: 'automation-webhook', version: 1, name: hostile('webhook'), url: receiver },
    ...{ schedule: '', secrets: [], accessToken: '', headers: '{}' },
  },
  {
    ...{ id: 'wrong-webhook', type: 'automation-webhook', version: 1, name: '', url: hostile('url') },
    ...{ schedule: hostile('schedule'), timeout: hostile('timeout'), rateLimit: hostile('rate') },
    ...{ headers: JSON.stringify({ [hostile('header')]: 'x' }), signing: hostile('signing'), secrets: hostile('list') },
    ...{ service: hostile('service'), signingSecret: hostile('signer') },
  },
  {
    ...{ id: 'header-webhook', type: 'automation-webhook', version: 1, name: '', url: 'https://example.com' },
    ...{ headers: `{"X": ${hostile('json')}`, secrets: ['gone', 'hostile-secret'] },
  },
  {
    ...{ id: 'source', type: 'artifact-source', version: 1, name: hostile('source'), kind: 'http' },
    ...{ path: '/artifact-events', format: 'event', auth: 'none' },
  },
  {
    ...{ id: 'twice', type: 'artifact-source', version: 1, name: '', kind: 'http', path: '/artifact-events/' },
    ...{ format: hostile('format'), auth: hostile('auth'), d: false },
  },
  {
    ...{ id: 'watched', type: 'artifact-source', version: 1, name: 'watched', kind: 'wandb', baseUrl: wandb },
    ...{ apiKey: 'key', interval: '3600' },
  },
  {
    ...{ id: 'wrong-source', type: 'artifact-source', version: 1, name: '', kind: 'wandb', baseUrl: hostile('base') },
    ...{ apiKey: hostile('key'), interval: hostile('interval') },
  },
  { id: 'later', type: 'artifact-source', version: 1, name: '', kind: hostile('kind'), path: '/later' },
  { id: 'hostile-secret', type: 'automation-secret', version: 1, name: hostile('secret') },
  { id: 'key', type: 'automation-secret', version: 1, name: 'WANDB_API_KEY' },
  { id: 'store', type: 'delivery-store', version: 1, name: '', path: hostile('path'), retentionDays: hostile('days') },
]

/** What a registry may send, valid by the vocabulary. */
export const HOSTILE_EVENT = {
  event_type: 'ADD_ARTIFACT_ALIAS',
  event_id: hostile('id').slice(0, 250),
  event_author: hostile('author'),
  entity_name: hostile('entity_name'),
  project_name: `wandb-registry-${hostile('project_name')}`,
  artifact_collection_name: hostile('collection_name'),
  artifact_version_string: hostile('version_string'),
  alias: hostile('alias'),
  artifact_metadata: { [hostile('metadata')]: hostile('value') },
  own: hostile('own'),
  [hostile('field')]: { [hostile('deep')]: hostile('deepest') },
}
