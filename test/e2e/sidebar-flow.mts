import type { FlowNode } from './harness/node-red.mts'

interface Automation {
  readonly id: string
  readonly name: string
  readonly webhook: string
  readonly pattern: string
  readonly disabled?: boolean
}

const AUTOMATIONS: readonly Automation[] = [
  { id: 'deploy', name: 'Deploy to production', webhook: 'github', pattern: '^production$' },
  { id: 'tell', name: 'Tell the team', webhook: 'channel', pattern: '' },
  { id: 'train', name: 'Release candidates', webhook: 'release', pattern: '^rc' },
  { id: 'nightly', name: 'Nightly datasets', webhook: 'github', pattern: '^nightly', disabled: true },
]

/** Four automations on one source: to a webhook that works, one that answers 404 and one that answers 500. */
export function sidebarFlow(far: string): FlowNode[] {
  return [
    { id: 'tab', type: 'tab', label: 'Registry' },
    { id: 'token', type: 'automation-secret', name: 'DEPLOY_TOKEN', credentials: { value: 'a-secret-value' } },
    { id: 'unset', type: 'automation-secret', name: 'OLD_TOKEN' },
    { id: 'events', type: 'artifact-source', name: 'Registry events', path: '/artifact-events', auth: 'none' },
    { id: 'other', type: 'artifact-source', name: 'Other events', path: '/other-events', auth: 'none' },
    { id: 'github', type: 'automation-webhook', name: 'GitHub deploy', url: `${far}/good`, accessToken: 'token' },
    { id: 'release', type: 'automation-webhook', name: 'Release train', url: `${far}/bad`, schedule: '5m' },
    { id: 'channel', type: 'automation-webhook', name: 'Team channel', url: `${far}/gone` },
    ...AUTOMATIONS.flatMap((automation, index) => rowOf(automation, 80 + index * 80)),
  ]
}

function rowOf({ id, name, webhook, pattern, disabled }: Automation, y: number): FlowNode[] {
  const trigger = { source: 'events', scope: 'registry', project: 'model', events: ['ADD_ARTIFACT_ALIAS'], pattern }
  const template = '{"version": "${artifact_version_string}", "alias": "${alias}"}'
  return [
    {
      id,
      type: 'artifact-event',
      z: 'tab',
      x: 150,
      y,
      name,
      ...trigger,
      wires: [[`${id}-payload`]],
      ...(disabled && { d: true }),
    },
    {
      id: `${id}-payload`,
      type: 'payload-template',
      z: 'tab',
      x: 370,
      y,
      name: `payload of ${id}`,
      template,
      wires: [[`${id}-send`]],
    },
    { id: `${id}-send`, type: 'webhook-sender', z: 'tab', x: 590, y, name: '', webhook, wires: [[], []] },
  ]
}

export const linked = (id: string, alias = 'production') => ({
  event_type: 'ADD_ARTIFACT_ALIAS',
  event_author: 'ada',
  entity_name: 'acme',
  project_name: 'wandb-registry-model',
  artifact_collection_name: 'churn',
  artifact_version_string: `acme/wandb-registry-model/churn:${id}`,
  artifact_version_index: 1,
  event_id: id,
  alias,
})
