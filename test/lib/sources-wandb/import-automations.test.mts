import assert from 'node:assert/strict'
import { AliasFilter, parseRules } from '../../../dist/lib/alias/filter.js'
import type { ArtifactEvent } from '../../../dist/lib/events/event.js'
import { explain } from '../../../dist/lib/events/match.js'
import { sampleEvent } from '../../../dist/lib/events/samples.js'
import { compileTrigger, type TriggerSettings } from '../../../dist/lib/events/trigger.js'
import type { Automation } from '../../../dist/lib/sources/wandb/automations/automation.js'
import type { FlowNode } from '../../../dist/lib/sources/wandb/automations/flow-node.js'
import { readAutomations } from '../../../dist/lib/sources/wandb/automations/read.js'
import { readDirectory } from '../../../dist/lib/sources/wandb/directory.js'
import { importAutomations } from '../../../dist/lib/sources/wandb/import-automations.js'
import { compileRunRule, RUN_DEFAULTS } from '../../../dist/lib/sources/wandb/runs/rule.js'
import { OFFERS } from '../../standin/schema.mts'
import { type Watching, watching } from './watching.mts'

const ids = () => {
  let last = 0
  return () => {
    last += 1
    return `id${last}`
  }
}

const plain: Automation = {
  id: '1',
  name: 'plain',
  description: 'what it is for',
  enabled: true,
  scope: { entity: 'acme_X7QK', project: 'wandb-registry-model', collection: null, organization: '' },
  eventType: 'ADD_ARTIFACT_ALIAS',
  filter: { filter: { $or: [{ $and: [] }] } },
  action: {
    kind: 'webhook',
    webhook: {
      id: 'w',
      name: 'dispatcher',
      url: 'https://api.github.com/repos/a/b/dispatches',
      accessTokenRef: 'GITHUB',
      secretRef: null,
    },
    payload: '{"event_type":"${event_type}"}',
  },
}

const imported = (...automations: Partial<Automation>[]) =>
  importAutomations(
    automations.map((each, index) => ({ ...plain, id: String(index), ...each })),
    { source: 'source', newId: ids() },
  )

const ofType = (flow: readonly FlowNode[], type: string) => flow.filter((node) => node.type === type)
const only = (flow: readonly FlowNode[], type: string) => ofType(flow, type)[0] ?? assert.fail(`no ${type}`)
const aliasFilter = (...conditions: object[]) => ({ filter: { $or: [{ $and: conditions }] } })

/** Whether an alias added to a version in the registry `model` comes to the sender of this flow. */
function comesThrough(flow: readonly FlowNode[], alias: string): boolean {
  const trigger = only(flow, 'artifact-event')
  if (trigger['d'] === true) return false
  const settings = trigger as unknown as TriggerSettings
  const event: ArtifactEvent = {
    ...sampleEvent('ADD_ARTIFACT_ALIAS', { scope: 'registry', entity: 'acme_X7QK', project: 'model' }),
    alias,
  }
  if (!explain(compileTrigger(settings), event).matches) return false
  let node = flow.find(({ id }) => id === (trigger['wires'] as string[][])[0]?.[0])
  while (node?.type === 'alias-filter') {
    const filter = new AliasFilter({
      rules: parseRules(String(node['rules'])),
      otherwise: node['otherwise'] === true,
      checkAll: false,
    })
    const wires = node['wires'] as string[][]
    const next = filter.outputs(alias).flatMap((output) => wires[output] ?? [])
    node = flow.find(({ id }) => id === next[0])
  }
  return node !== undefined
}

describe('Importing automations', () => {
  it('lays one out as trigger, template and sender with its webhook and secret', () => {
    const { flow, report, secrets } = imported({})
    assert.deepEqual(flow, [
      { id: 'id1', type: 'tab', label: 'W&B registry acme_X7QK/model', disabled: false, info: '' },
      {
        id: 'id2',
        type: 'artifact-event',
        name: 'plain',
        source: 'source',
        scope: 'registry',
        entity: 'acme_X7QK',
        project: 'model',
        collection: '',
        events: ['ADD_ARTIFACT_ALIAS'],
        pattern: '',
        description: 'what it is for',
        z: 'id1',
        x: 160,
        y: 100,
        wires: [['id3']],
      },
      {
        id: 'id3',
        type: 'payload-template',
        name: '',
        template: '{"event_type":"${event_type}"}',
        format: 'json',
        missing: 'blank',
        z: 'id1',
        x: 390,
        y: 100,
        wires: [['id6']],
      },
      {
        id: 'id6',
        type: 'webhook-sender',
        name: 'plain',
        webhook: 'id4',
        mode: 'live',
        z: 'id1',
        x: 620,
        y: 100,
        wires: [[], []],
      },
      {
        id: 'id4',
        type: 'automation-webhook',
        name: 'dispatcher',
        url: 'https://api.github.com/repos/a/b/dispatches',
        service: 'github',
        accessToken: 'id5',
        secrets: [],
        signing: 'none',
        signingSecret: '',
      },
      { id: 'id5', type: 'automation-secret', name: 'GITHUB' },
    ])
    assert.deepEqual(report, [])
    assert.deepEqual(secrets, ['GITHUB'])
  })

  it('shares tabs, webhooks and secrets', () => {
    const { flow } = imported(
      { name: 'a' },
      { name: 'b' },
      { name: 'c', scope: { ...plain.scope, project: 'training' } },
    )
    assert.deepEqual(
      ['tab', 'artifact-event', 'automation-webhook', 'automation-secret'].map((type) => ofType(flow, type).length),
      [2, 3, 1, 1],
    )
  })

  for (const [scope, expected] of [
    [{ project: 'wandb-registry-model' }, ['registry', 'team', 'model', '']],
    [{ project: 'model-registry', collection: 'm' }, ['registry', 'team', 'model-registry', 'm']],
    [{ project: 'training' }, ['project', 'team', 'training', '']],
    [{ project: 'training', collection: 'resnet' }, ['project', 'team', 'training', 'resnet']],
    [{}, ['entity', 'team', '', '']],
    [{ organization: 'acme' }, ['organization', 'acme', '', '']],
  ] as const) {
    it(`turns the scope ${JSON.stringify(scope)} into ${expected.join(' ')}`, () => {
      const { flow } = imported({
        scope: { entity: 'team', project: null, collection: null, organization: '', ...scope },
      })
      const trigger = only(flow, 'artifact-event')
      assert.deepEqual([trigger['scope'], trigger['entity'], trigger['project'], trigger['collection']], expected)
    })
  }

  for (const { filter, through, held } of [
    { filter: aliasFilter(), through: ['a', 'production'], held: [] },
    { filter: { $and: [] }, through: ['a'], held: [] },
    { filter: aliasFilter({ alias: { $eq: 'prod.1' } }), through: ['prod.1'], held: ['prod-1', 'xprod.1', 'prod.12'] },
    { filter: aliasFilter({ alias: 'latest' }), through: ['latest'], held: ['latest2'] },
    { filter: aliasFilter({ alias: { $regex: 'prod-.*' } }), through: ['prod-eu', 'xprod-'], held: ['prod'] },
    { filter: aliasFilter({ alias: { $contains: 'a+b' } }), through: ['xa+by'], held: ['aab'] },
    { filter: aliasFilter({ alias: { $in: ['a', 'b.c'] } }), through: ['a', 'b.c'], held: ['b-c', 'ab'] },
    { filter: aliasFilter({ alias: { $ne: 'latest' } }), through: ['production'], held: ['latest'] },
    {
      filter: aliasFilter({ alias: { $regex: '^prod' } }, { alias: { $ne: 'prod-old' } }),
      through: ['prod'],
      held: ['prod-old', 'dev'],
    },
    {
      filter: aliasFilter({ alias: { $contains: 'a' } }, { alias: { $contains: 'b' } }),
      through: ['ab', 'ba'],
      held: ['a', 'b'],
    },
    {
      filter: { filter: { $or: [{ alias: { $eq: 'a' } }, { $and: [{ alias: { $regex: '^b' } }] }] } },
      through: ['a', 'bcd'],
      held: ['ab'],
    },
    { filter: aliasFilter({ $not: { alias: { $regex: '^dev' } } }), through: ['prod'], held: ['dev1'] },
    {
      filter: aliasFilter({ $nor: [{ alias: { $eq: 'a' } }, { alias: { $eq: 'b' } }] }),
      through: ['c'],
      held: ['a', 'b'],
    },
  ]) {
    it(`translates ${JSON.stringify(filter)}`, () => {
      const { flow, report } = imported({ filter })
      assert.deepEqual(report, [])
      assert.deepEqual(
        through.filter((alias) => !comesThrough(flow, alias)),
        [],
        'come through',
      )
      assert.deepEqual(
        held.filter((alias) => comesThrough(flow, alias)),
        [],
        'are held',
      )
    })
  }

  for (const [filter, reason] of [
    [aliasFilter({ alias: { $gt: 'a' } }), /the operator \$gt/],
    [aliasFilter({ tag: { $eq: 'a' } }), /a condition on tag for the event ADD_ARTIFACT_ALIAS/],
    [
      { $or: [{ $and: [{ alias: { $regex: 'a' } }, { alias: { $regex: 'b' } }] }, { alias: 'c' }] },
      /alternatives of several conditions/,
    ],
    [aliasFilter({ alias: 7 }), /the condition 7/],
    ['no object', /the filter "no object"/],
  ] as const) {
    it(`disables what it cannot translate, and says why: ${JSON.stringify(filter)}`, () => {
      const { flow, report } = imported({ filter })
      assert.equal(only(flow, 'artifact-event')['d'], true)
      assert.equal(report[0]?.severity, 'missing')
      assert.match(report[0]?.message ?? '', reason)
    })
  }

  it('grants the secrets that payloads name, and sets token and signature by their names', () => {
    const { flow, report, secrets } = imported({
      action: {
        kind: 'webhook',
        webhook: { id: 'w', name: 'hook', url: 'https://example.com', accessTokenRef: null, secretRef: 'SIGN' },
        payload: '{"token":"${ACCESS_TOKEN}","key":"${MY_KEY}","alias":"${alias}","acc":"${artifact_metadata.acc}"}',
      },
    })
    const webhook = only(flow, 'automation-webhook')
    const names = new Map(ofType(flow, 'automation-secret').map(({ id, name }) => [id, name]))
    assert.deepEqual(
      [
        names.get(String(webhook['accessToken'])),
        webhook['signing'],
        names.get(String(webhook['signingSecret'])),
        (webhook['secrets'] as string[]).map((id) => names.get(id)),
      ],
      ['hook_TOKEN', 'wandb', 'SIGN', ['MY_KEY']],
    )
    assert.deepEqual(secrets, ['MY_KEY', 'SIGN', 'hook_TOKEN'])
    assert.match(report[0]?.message ?? '', /names MY_KEY/)
  })

  it('says in words what only W&B can do', () => {
    const { flow, report } = imported(
      {
        name: 'slack',
        action: { kind: 'slack', team: 'acme', channel: 'alerts', title: 'T "q"', message: 'M', severity: 'WARN' },
      },
      { name: 'aria', action: { kind: 'unsupported', what: 'a prompt to the ARIA agent' } },
      { name: 'nothing', action: { kind: 'nothing' } },
      { name: 'weave', eventType: 'WEAVE_METRIC_THRESHOLD' },
      { name: 'off', enabled: false },
      { name: 'linked', eventType: 'LINK_MODEL', filter: aliasFilter({ alias: 'production' }) },
    )
    const said = (name: string) =>
      report
        .filter(({ automation }) => automation === name)
        .map(({ message }) => message)
        .join('\n')
    assert.match(said('slack'), /acme #alerts .* incoming webhook/)
    assert.match(said('aria'), /ARIA agent, cannot be carried over/)
    assert.match(said('nothing'), /does nothing in W&B either/)
    assert.match(said('weave'), /WEAVE_METRIC_THRESHOLD has no counterpart/)
    assert.match(said('off'), /switched off in W&B/)
    assert.match(said('linked'), /waits for the alias to be added/)
    const text = JSON.parse(String(ofType(flow, 'payload-template')[0]?.['template']))
    assert.deepEqual(text, { text: '*WARN*\n*T "q"*\nM' })
    assert.equal(ofType(flow, 'webhook-sender')[0]?.['d'], true)
  })
})

describe('Reading automations from the server', () => {
  let watch: Watching
  afterEach(() => watch.close())

  const runFilter = JSON.stringify({ $and: [{ display_name: { $contains: 'my-run' } }] })
  const metric = (kind: string, filter: object) => ({ run_filter: runFilter, run_metric_filter: { [kind]: filter } })

  /** The samples of W&B's own tests, as far as they are known. */
  function addSamples({ world, team, model, project, portfolio }: Watching): void {
    const webhook = world.addWebhook(team, 'test-webhook', 'https://example.com/webhook', { accessTokenRef: 'TOKEN' })
    const slack = world.addSlack(team, 'acme', 'team-alerts-ml')
    const send = { kind: 'webhook', integration: webhook, payload: '{"my-key":"my-value"}' } as const
    world.addTrigger(portfolio, {
      name: 'test-automation',
      eventType: 'ADD_ARTIFACT_ALIAS',
      filter: aliasFilter({ alias: { $eq: 'latest' } }),
      action: send,
    })
    world.addTrigger(model, {
      name: 'link-prod',
      eventType: 'LINK_MODEL',
      filter: aliasFilter({ alias: { $regex: 'prod-.*' } }),
      action: { kind: 'no-op' },
    })
    const threshold = { name: 'my-metric', agg_op: 'AVERAGE', window_size: 5, cmp_op: '$gt', threshold: 0 }
    world.addTrigger(project, {
      name: 'run',
      eventType: 'RUN_METRIC',
      filter: metric('threshold_filter', threshold),
      action: send,
    })
    const legacy = { run_filter: runFilter, metric_filter: JSON.stringify(threshold) }
    world.addTrigger(project, { name: 'run-legacy', eventType: 'RUN_METRIC', filter: legacy, action: send })
    const change = {
      name: 'my-metric',
      agg_op: 'AVERAGE',
      current_window_size: 5,
      prior_window_size: 6,
      change_dir: 'ANY',
      change_type: 'RELATIVE',
      change_amount: 0.5,
    }
    world.addTrigger(project, {
      name: 'run-change',
      eventType: 'RUN_METRIC_CHANGE',
      filter: metric('change_filter', change),
      action: send,
    })
    const zscore = { name: 'my-metric', window_size: 5, threshold: 3, change_dir: 'INCREASE' }
    world.addTrigger(project, {
      name: 'run-zscore',
      eventType: 'RUN_METRIC_ZSCORE',
      filter: metric('zscore_filter', zscore),
      action: send,
    })
    const failed = {
      run_filter: JSON.stringify({ $and: [{ username: { $eq: 'ada' } }] }),
      run_state_filter: { states: ['FAILED'] },
    }
    world.addTrigger(project, {
      name: 'run-failed',
      eventType: 'RUN_STATE',
      filter: failed,
      action: {
        kind: 'slack',
        integration: slack,
        title: 'Test title',
        message: 'Test message content',
        severity: 'INFO',
      },
    })
    world.addTrigger(team, {
      name: 'whole-team',
      eventType: 'CREATE_ARTIFACT',
      filter: aliasFilter(),
      action: { kind: 'aria', prompt: 'look' },
    })
  }

  for (const { title, features, offers } of [
    { title: 'of today', features: true, offers: OFFERS },
    {
      title: 'before 0.83, by project',
      features: false,
      offers: OFFERS.filter((offer) => offer !== 'entityTriggers' && offer !== 'secretNames' && offer !== 'aria'),
    },
  ]) {
    it(`turns the samples of a server ${title} into flows that can be deployed`, async () => {
      watch = await watching([], { offers })
      addSamples(watch)
      watch.world.features.set('QUERY_AUTOMATIONS_ON_ENTITY', features)
      if (!features) watch.team.triggers.length = 0
      const automations = await readAutomations(watch.client, await readDirectory(watch.client))
      const { flow, report } = importAutomations(automations, { source: 'source', newId: ids() })
      const triggers = ofType(flow, 'artifact-event')
      const names = [
        'link-prod',
        'test-automation',
        ...(features ? ['whole-team'] : []),
        'run',
        'run-change',
        'run-failed',
        'run-legacy',
        'run-zscore',
      ]
      assert.deepEqual(
        triggers.map(({ name }) => name),
        names,
      )
      for (const trigger of triggers) compileTrigger(trigger as unknown as TriggerSettings)
      const rules = new Map(
        triggers
          .filter(({ name }) => String(name).startsWith('run'))
          .map((trigger) => [
            trigger['name'],
            compileRunRule({ ...RUN_DEFAULTS, ...trigger, event: String((trigger['events'] as string[])[0]) }),
          ]),
      )
      const text = (name: string) => {
        const rule = rules.get(name)
        return rule && 'text' in rule ? rule.text : rule && [...rule.states]
      }
      assert.deepEqual(['run', 'run-legacy', 'run-change', 'run-zscore', 'run-failed'].map(text), [
        'average(my-metric, 5) > 0',
        'average(my-metric, 5) > 0',
        'average(my-metric, 5) changes by at least 50 % against the 6 before',
        'z-score(my-metric, 5) ≥ 3',
        ['failed'],
      ])
      assert.equal(rules.get('run')?.name?.source, 'my-run')
      assert.equal(rules.get('run-failed')?.user, 'ada')
      assert.deepEqual(
        triggers.filter((trigger) => trigger['d'] === true),
        [],
        'all can fire',
      )
      const collection = triggers.find(({ name }) => name === 'test-automation')
      assert.deepEqual(
        [collection?.['scope'], collection?.['entity'], collection?.['project'], collection?.['collection']],
        ['registry', 'acme_X7QK', 'model', 'classifier'],
      )
      assert.equal(
        report.some(({ automation, message }) => automation === 'run' && /does not say whether/.test(message)),
        !features,
      )
    })
  }
})
