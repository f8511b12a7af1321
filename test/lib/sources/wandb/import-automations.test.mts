import assert from 'node:assert/strict'
import { AliasFilter, parseRules } from '../../../../dist/lib/alias/filter.js'
import { starts } from '../../../../dist/lib/automations/judgement.js'
import { compileRule, type RuleSettings } from '../../../../dist/lib/automations/rule.js'
import { sampleEvent } from '../../../../dist/lib/automations/samples.js'
import type { TriggerSettings } from '../../../../dist/lib/automations/trigger.js'
import type { ArtifactEvent } from '../../../../dist/lib/events/event.js'
import type { Automation } from '../../../../dist/lib/sources/wandb/automations/automation.js'
import type { FlowNode } from '../../../../dist/lib/sources/wandb/automations/flow-node.js'
import { importAutomations } from '../../../../dist/lib/sources/wandb/import-automations.js'
import { fillSlots } from '../../../../dist/lib/template/fill.js'
import { parseTemplate } from '../../../../dist/lib/template/parse.js'
import { renderTemplate } from '../../../../dist/lib/template/render.js'
import { aliasFilter, ids, ofType } from './flows.mts'

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
  problem: null,
}

const imported = (...automations: Partial<Automation>[]) =>
  importAutomations(
    automations.map((each, index) => ({ ...plain, id: String(index), ...each })),
    { source: 'source', newId: ids() },
  )

const only = (flow: readonly FlowNode[], type: string) => ofType(flow, type)[0] ?? assert.fail(`no ${type}`)
/** Whether an alias added to a version in the registry `model` comes to the sender of this flow. */
function comesThrough(flow: readonly FlowNode[], alias: string): boolean {
  const trigger = only(flow, 'artifact-event')
  if (trigger['d'] === true) return false
  const settings = trigger as unknown as TriggerSettings
  const event: ArtifactEvent = {
    ...sampleEvent('ADD_ARTIFACT_ALIAS', { scope: 'registry', entity: 'acme_X7QK', project: 'model' }),
    alias,
  }
  if (!starts(compileRule(settings as RuleSettings, false), event)) return false
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
      { id: 'id2', type: 'tab', label: 'W&B registry acme_X7QK/model', disabled: false, info: '' },
      {
        id: 'id1',
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
        z: 'id2',
        x: 160,
        y: 100,
        wires: [['id5']],
      },
      {
        id: 'id5',
        type: 'payload-template',
        name: '',
        template: '{"event_type":"${event_type}"}',
        format: 'json',
        missing: 'blank',
        z: 'id2',
        x: 390,
        y: 100,
        wires: [['id6']],
      },
      {
        id: 'id6',
        type: 'webhook-sender',
        name: 'plain',
        webhook: 'id3',
        mode: 'live',
        z: 'id2',
        x: 620,
        y: 100,
        wires: [[], []],
      },
      {
        id: 'id3',
        type: 'automation-webhook',
        name: 'dispatcher',
        url: 'https://api.github.com/repos/a/b/dispatches',
        service: 'github',
        accessToken: 'id4',
        secrets: [],
        signing: 'none',
        signingSecret: '',
      },
      { id: 'id4', type: 'automation-secret', name: 'GITHUB' },
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
    [{ $or: [] }, /\$or without alternatives/],
    ['no object', /"no object" where conditions should be/],
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

  it('gives each team a secret of its own, though W&B has them under one name', () => {
    const hookOf = (id: string): Automation['action'] => ({
      kind: 'webhook',
      webhook: { id, name: `hook ${id}`, url: 'https://example.com', accessTokenRef: 'TOKEN', secretRef: null },
      payload: null,
    })
    const of = (name: string, entity: string, id: string) => ({
      name,
      scope: { ...plain.scope, entity, project: 'training' },
      action: hookOf(id),
    })
    const { flow, report, secrets } = imported(
      of('a', 'red', '1'),
      of('b', 'red', '2'),
      of('c', 'blue', '1'),
      of('d', 'blue', '3'),
    )
    assert.deepEqual(secrets, ['TOKEN', 'TOKEN_OF_blue'])
    assert.equal(new Set(ofType(flow, 'automation-webhook').map((webhook) => webhook['accessToken'])).size, 2)
    assert.deepEqual(report, [
      {
        automation: 'd',
        severity: 'note',
        message:
          'Its secret TOKEN is TOKEN_OF_blue here: TOKEN is a secret of red. Enter a value there that the webhook hook 3, which posts to example.com, may have.',
      },
    ])
  })

  it('gives each webhook a token of its own, though their names are the same or come to the same', () => {
    const hookOf = (id: string, name: string): Automation['action'] => ({
      kind: 'webhook',
      webhook: { id, name, url: 'https://example.com', accessTokenRef: null, secretRef: null },
      payload: '{"token":"${ACCESS_TOKEN}"}',
    })
    const of = (name: string, entity: string, hook: string, called: string) => ({
      name,
      scope: { ...plain.scope, entity, project: 'training' },
      action: hookOf(hook, called),
    })
    const { flow, secrets } = imported(
      of('a', 'red', '1', 'my hook'),
      of('b', 'red', '1', 'my hook'),
      of('c', 'blue', '2', 'my hook'),
      of('d', 'red', '3', 'my-hook'),
    )
    assert.deepEqual(secrets, ['SECRET_my_hook_TOKEN', 'SECRET_my_hook_TOKEN_2', 'SECRET_my_hook_TOKEN_3'])
    const tokens = ofType(flow, 'automation-webhook').map((webhook) => webhook['accessToken'])
    assert.equal(new Set(tokens).size, 3)
  })

  it('disables the sender of a webhook whose URL cannot be used here, and says why', () => {
    for (const [url, why] of [
      ['https://ada:pw@example.com', /user name or password/],
      ['ftp://example.com', /must begin with https/],
      ['', /no URL/],
      ['https://example.com/${ACCESS_TOKEN}', /variables or secrets/],
    ] as const) {
      const webhook = { id: 'w', name: 'hook', url, accessTokenRef: null, secretRef: null }
      const { flow, report } = imported({ action: { kind: 'webhook', webhook, payload: null } })
      assert.equal(only(flow, 'webhook-sender')['d'], true, url)
      assert.deepEqual(
        report.map(({ severity }) => severity),
        ['missing'],
      )
      assert.match(report[0]?.message ?? '', /^Its sender is disabled: the webhook hook cannot be used as it is\. /)
      assert.match(report[0]?.message ?? '', why)
    }
  })

  for (const [runFilter, reason] of [
    [{ $or: [{ username: 'ada' }, { username: 'bob' }] }, /a condition on username that is one of several/],
    [{ $or: [{ username: 'ada' }, { display_name: 'x' }] }, /a condition on username that is one of several/],
    [{ $and: [{ username: 'ada' }, { username: 'bob' }] }, /several users/],
    [{ $not: { username: 'ada' } }, /a condition on username that is .* negated/],
    [{ $nor: [{ username: 'ada' }] }, /a condition on username that is .* negated/],
  ] as const) {
    it(`disables what a run trigger has no room for, and says why: ${JSON.stringify(runFilter)}`, () => {
      const { flow, report } = imported({
        eventType: 'RUN_STATE',
        filter: { run_filter: JSON.stringify(runFilter), run_state_filter: { states: ['FAILED'] } },
      })
      assert.equal(only(flow, 'artifact-event')['d'], true)
      assert.match(report.map(({ message }) => message).join('\n'), reason)
    })
  }

  it('takes a user that is the only alternative', () => {
    const { flow, report } = imported({
      eventType: 'RUN_STATE',
      filter: {
        run_filter: '{"$or":[{"$and":[{"username":{"$eq":"ada"}},{"display_name":{"$contains":"x"}}]}]}',
        run_state_filter: { states: ['FAILED'] },
      },
    })
    const { user, runName } = only(flow, 'artifact-event')
    assert.deepEqual([user, runName, report], ['ada', 'x', []])
  })

  it('disables what waits for states that W&B tells nobody, and says of several states how often they fire', () => {
    const of = (...states: unknown[]) =>
      imported({ eventType: 'RUN_STATE', filter: { run_filter: null, run_state_filter: { states } } })
    for (const state of ['KILLED', 'SLEEPING', null, {}]) {
      const { flow, report } = of('FAILED', state)
      assert.equal(only(flow, 'artifact-event')['d'], true)
      assert.match(report[0]?.message ?? '', /the run state/)
    }
    const { flow, report } = of('RUNNING', 'FINISHED')
    assert.deepEqual(only(flow, 'artifact-event')['states'], ['running', 'finished'])
    assert.deepEqual(
      report.map(({ severity, message }) => [severity, message]),
      [
        [
          'note',
          'It waits for several states: W&B fires it once for a run in 24 hours, here it fires once for each of them.',
        ],
      ],
    )
    assert.deepEqual(of('CRASHED').report, [])
  })

  /** Imports them into flows that have these nodes already. */
  const importedInto = (existing: readonly FlowNode[], ...automations: Partial<Automation>[]) =>
    importAutomations(
      automations.map((each, index) => ({ ...plain, id: String(index), ...each })),
      { source: 'source', newId: ids(), existing },
    )
  const deployed = (name: string, id: string): FlowNode => ({ id, type: 'automation-secret', name })

  it('gives nobody a secret that is there already, whatever a payload or a webhook names', () => {
    const existing = [
      deployed('GITHUB', 'mine'),
      deployed('WANDB_API_KEY', 'key'),
      deployed('MY_KEY', 'other'),
      { ...deployed('OFF', 'switched-off'), d: true },
      deployed('hook_TOKEN', 'token'),
    ]
    const webhook = { id: 'w', name: 'hook', url: 'https://evil.example/x', accessTokenRef: null, secretRef: 'OFF' }
    const payload = '{"a": "${MY_KEY} $OFF $$$OFF $$OFFICE", "k": ${ WANDB_API_KEY }, "t": "${ACCESS_TOKEN} ${GITHUB}"}'
    const { flow, report, secrets } = importedInto(existing, { action: { kind: 'webhook', webhook, payload } })
    const text = JSON.stringify(flow)
    for (const { id } of existing) assert.ok(!text.includes(`"${id}"`), id)
    const ours = ['GITHUB', 'MY_KEY', 'OFF', 'WANDB_API_KEY'].map((name) => `${name}_OF_acme_X7QK`)
    assert.deepEqual(secrets, [...ours, 'hook_TOKEN_2'])
    assert.deepEqual(
      ofType(flow, 'automation-secret')
        .map(({ name, credentials }) => [name, credentials])
        .sort(),
      secrets.map((name) => [name, undefined]),
    )
    assert.equal(
      only(flow, 'payload-template')['template'],
      '{"a": "${MY_KEY_OF_acme_X7QK} $OFF_OF_acme_X7QK $$$$$OFF_OF_acme_X7QK $$OFFICE", "k": ${ WANDB_API_KEY_OF_acme_X7QK }, "t": "${ACCESS_TOKEN} ${GITHUB_OF_acme_X7QK}"}',
    )
    assert.equal(only(flow, 'webhook-sender')['d'], undefined)
    const told = report.map(({ message }) => message).filter((message) => message.includes(' here: '))
    assert.equal(told.length, 4)
    assert.equal(
      told.find((message) => message.includes('MY_KEY')),
      'Its secret MY_KEY is MY_KEY_OF_acme_X7QK here: MY_KEY is here already, and not given to an import. Enter a value there that the webhook hook, which posts to evil.example, may have.',
    )
  })

  it('keeps the usual name of an API key for the source, also where there is none yet', () => {
    const payload = '{"a": "${WANDB_API_KEY}"}'
    const { flow, secrets } = imported({ action: { ...plain.action, payload } as Automation['action'] })
    assert.deepEqual(secrets, ['GITHUB', 'WANDB_API_KEY_OF_acme_X7QK'])
    assert.equal(only(flow, 'payload-template')['template'], '{"a": "${WANDB_API_KEY_OF_acme_X7QK}"}')
  })

  it('keeps apart secrets whose names come to the same here', () => {
    const hookOf = (id: string, accessTokenRef: string): Automation['action'] => ({
      kind: 'webhook',
      webhook: { id, name: id, url: 'https://example.com', accessTokenRef, secretRef: null },
      payload: null,
    })
    const { secrets } = imported({ action: hookOf('1', 'my-key') }, { action: hookOf('2', 'my.key') })
    assert.deepEqual(secrets, ['SECRET_my_key', 'SECRET_my_key_OF_acme_X7QK'])
  })

  it('makes a token that W&B does not name one that nobody else has, not even one that comes later', () => {
    const hook = { id: 'v', name: 'GITHUB', url: 'https://evil.example', accessTokenRef: null, secretRef: null }
    const { flow, secrets } = imported(
      { action: { kind: 'webhook', webhook: hook, payload: '{"a":"${ACCESS_TOKEN}"}' } },
      { action: { ...plain.action, payload: '{"a":"${GITHUB_TOKEN}"}' } as Automation['action'] },
    )
    assert.deepEqual(secrets, ['GITHUB', 'GITHUB_TOKEN', 'GITHUB_TOKEN_2'])
    const tokens = ofType(flow, 'automation-webhook').map((webhook) => webhook['accessToken'])
    assert.equal(new Set(tokens).size, 2)
  })

  it('leaves out what was imported before, be it changed or disabled since, and tells its names', () => {
    const two = [{ name: 'a' }, { name: 'b', scope: { ...plain.scope, project: 'training' } }]
    const before = importedInto([], ...two)
    assert.deepEqual(before.here, [])
    const since = before.flow.map((node) => (node['name'] === 'a' ? { ...node, pattern: 'changed', d: true } : node))
    assert.deepEqual(importedInto(since, ...two), { flow: [], report: [], secrets: [], here: ['a', 'b'] })
    const again = importedInto(since, ...two, { name: 'c' }, { name: 'a', scope: { ...plain.scope, project: 'other' } })
    assert.deepEqual(
      [ofType(again.flow, 'artifact-event').map(({ name }) => name), again.secrets, again.here],
      [['c', 'a'], ['GITHUB_OF_acme_X7QK'], ['a', 'b']],
    )
    const other = since.map((node) =>
      node.type === 'artifact-event' ? { ...node, source: 'of another server' } : node,
    )
    assert.deepEqual(importedInto(other, ...two).here, [])
  })

  /** As Node-RED's runtime has it, 4.1 and 5.0: `EnvVarPropertyRE` and its older form. */
  const REPLACED = [/^\$\((\S+)\)$/, /^\${(\S+)}$/]
  function* textsIn(value: unknown): Generator<string> {
    if (typeof value === 'string') yield value
    else if (typeof value === 'object' && value !== null) for (const each of Object.values(value)) yield* textsIn(each)
  }

  for (const hostile of [
    '${SECRET_VALUE}',
    '$(SECRET_VALUE)',
    ' ${SECRET_VALUE}\n',
    '${A}${B}',
    '$($(X))',
    '${SECRET VALUE}',
  ]) {
    it(`saves nothing that Node-RED would replace by a variable: ${JSON.stringify(hostile)}`, () => {
      const webhook = { id: hostile, name: hostile, url: hostile, accessTokenRef: hostile, secretRef: hostile }
      const scope = { entity: hostile, project: hostile, collection: hostile, organization: '' }
      const alias = { $or: [{ $and: [{ alias: { $regex: hostile } }, { alias: { $ne: hostile } }] }] }
      const run = {
        run_filter: JSON.stringify({ $and: [{ display_name: { $regex: hostile } }, { username: hostile }] }),
        run_metric_filter: {
          threshold_filter: { name: hostile, agg_op: 'MAX', window_size: 1, cmp_op: '$gt', threshold: 1 },
        },
      }
      const action = { kind: 'webhook' as const, webhook, payload: hostile }
      const slack = {
        kind: 'slack' as const,
        team: hostile,
        channel: hostile,
        title: hostile,
        message: hostile,
        severity: hostile,
      }
      const common = { name: hostile, description: hostile, scope, action }
      const { flow, report } = imported(
        { ...common, filter: { filter: alias } },
        { ...common, eventType: 'RUN_METRIC', filter: run, action: slack },
        { ...common, scope: { ...scope, organization: hostile, project: null } },
        { ...common, eventType: hostile, action: { kind: 'unsupported', what: hostile } },
      )
      for (const node of flow) {
        for (const text of textsIn(node)) {
          for (const pattern of REPLACED) assert.doesNotMatch(text, pattern, `${node.type}: ${text}`)
          for (const pattern of REPLACED) assert.doesNotMatch(text.trim(), pattern, `${node.type}: ${text}`)
        }
      }
      const said = report.map(({ message }) => message).join('\n')
      for (const property of [
        'name',
        'description',
        'entity',
        'project',
        'collection',
        'url',
        'user',
        'metric',
        ...(hostile.includes(' V') ? [] : ['template']),
      ]) {
        assert.match(said, new RegExp(`^The ${property} of its .* which Node-RED would replace`, 'm'), property)
      }
      // what compares with something else now does not compare at all
      for (const trigger of ofType(flow, 'artifact-event')) assert.equal(trigger['d'], true)
    })
  }

  it('keeps the meaning of a pattern and of a payload that Node-RED would replace', () => {
    const filter = { filter: { $or: [{ $and: [{ alias: { $regex: '$(end)' } }] }] } }
    const { flow, report } = imported({
      filter,
      action: { ...plain.action, payload: '${event_json}' } as Automation['action'],
    })
    const trigger = only(flow, 'artifact-event')
    assert.equal(trigger['pattern'], '(?:$(end))')
    assert.equal(trigger['d'], undefined)
    const template = parseTemplate(String(only(flow, 'payload-template')['template']), 'json')
    const event: ArtifactEvent = { ...sampleEvent('ADD_ARTIFACT_ALIAS'), alias: 'A' }
    const { text } = renderTemplate(template, { event, automationName: '', missing: 'blank' })
    assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(event)))
    assert.deepEqual(report.length, 2)
  })

  it('leaves texts alone that only hold such a name', () => {
    const { flow, report } = imported({ name: 'at ${PLACE}', description: '${A} and ${B}' })
    const { name, description } = only(flow, 'artifact-event')
    assert.deepEqual([name, description, report], ['at ${PLACE}', '${A} and ${B}', []])
  })

  it('knows an automation again whose name was written otherwise', () => {
    const before = importedInto([], { name: '${X}' }, { name: '$(Y)' })
    assert.deepEqual(importedInto(before.flow, { name: '${X}' }, { name: '$(Y)' }).here, ['${X}', '$(Y)'])
  })

  for (const payload of [
    '$'.repeat(60_000),
    '${'.repeat(30_000),
    '$$$${'.repeat(12_000),
    `\${\${${'{'.repeat(60_000)}`,
    '"${a'.repeat(20_000),
  ]) {
    it(`reads ${payload.slice(0, 8)}… of ${payload.length} characters in no time`, () => {
      const started = process.cpuUsage()
      imported({ action: { ...plain.action, payload } as Automation['action'] })
      const { user, system } = process.cpuUsage(started)
      assert.ok(user + system < 1_500_000, `${(user + system) / 1000} ms`)
    })
  }

  for (const [payload, sent, said] of [
    ['{"a": "${alias}"}', '{"a": "A"}', []],
    ['{"price": "$${alias}", "two": "$$${alias}"}', '{"price": "$A", "two": "$$A"}', []],
    ['{"a": "$5 {x} $"}', '{"a": "$5 {x} $"}', []],
    ['{"if": "${{ github.ref }}"}', '{"if": "${{ github.ref }}"}', []],
    ['{"a": "${no-name} ${alias} ${}"}', '{"a": "${no-name} A ${}"}', ['${no-name}, ${}']],
    ['{"a": "$${no-name}"}', '{"a": "$${no-name}"}', ['${no-name}']],
    ['{"a": "open ${"}', '{"a": "open ${"}', ['${']],
  ] as const) {
    it(`sends what W&B sends of ${payload}`, () => {
      const { flow, report } = imported({ action: { ...plain.action, payload } as Automation['action'] })
      const template = parseTemplate(String(only(flow, 'payload-template')['template']), 'json')
      const event: ArtifactEvent = { ...sampleEvent('ADD_ARTIFACT_ALIAS'), alias: 'A' }
      assert.equal(renderTemplate(template, { event, automationName: '', missing: 'blank' }).text, sent)
      assert.deepEqual(
        report.map(({ message }) => message),
        said.map((what) => `It has ${what}, which is nothing that can be filled in: sent as it is, as by W&B.`),
      )
    })
  }

  /** What one automation with this payload becomes; its webhook signs with the secret MY_SECRET. */
  function importedPayload(payload: string, more: Partial<Automation> = {}) {
    const webhook = { id: 'w', name: 'hook', url: 'https://example.com', accessTokenRef: null, secretRef: 'MY_SECRET' }
    const { flow, report, secrets } = imported({ action: { kind: 'webhook', webhook, payload }, ...more })
    const names = new Map(ofType(flow, 'automation-secret').map(({ id, name }) => [id, name]))
    return {
      template: only(flow, 'payload-template')['template'],
      granted: (only(flow, 'automation-webhook')['secrets'] as string[]).map((id) => names.get(id)),
      said: report.map(({ message }) => message),
      secrets,
    }
  }

  it('grants a secret without braces where W&B says that the webhook has one of this name, with its dollars', () => {
    const { template, granted, said } = importedPayload('{"a": "$MY_SECRET", "b": "$$MY_SECRET", "c": "$MY_SECRETS"}')
    assert.equal(template, '{"a": "$MY_SECRET", "b": "$$$MY_SECRET", "c": "$MY_SECRETS"}')
    assert.deepEqual(granted, ['MY_SECRET'])
    const event = sampleEvent('ADD_ARTIFACT_ALIAS')
    const rendered = renderTemplate(parseTemplate(String(template), 'json'), {
      event,
      automationName: '',
      missing: 'blank',
    })
    const sent = fillSlots(rendered.text, rendered.slots, (name) => (granted.includes(name) ? 'value' : undefined))
    assert.equal(sent, '{"a": "value", "b": "$value", "c": "$MY_SECRETS"}')
    assert.match(said.join(), /names MY_SECRET: taken for secrets/)
  })

  it('leaves any other name without braces as it stands, and says when it would be filled in', () => {
    const { template, granted, said, secrets } = importedPayload(
      '{"a": "$OTHER, $USD, $OTHER, 5 $, $alias, $ACCESS_TOKEN"}',
    )
    assert.equal(template, '{"a": "$OTHER, $USD, $OTHER, 5 $, $alias, $ACCESS_TOKEN"}')
    assert.deepEqual([granted, secrets], [[], ['MY_SECRET']])
    assert.deepEqual(said, [
      'It has $alias, $ACCESS_TOKEN, which is nothing that can be filled in: sent as it is, as by W&B.',
      'It has $OTHER, $USD without braces: sent as it is, unless a secret of this name is granted to the webhook hook. W&B documents such names as secrets of the team.',
    ])
  })

  it('writes the short form of a metric filter as the one that there is', () => {
    const { template, secrets, said } = importedPayload('{"why": "${metric_filter_short}, ${ metric_filter_short }!"}')
    assert.equal(template, '{"why": "${metric_filter}, ${metric_filter}!"}')
    assert.deepEqual(secrets, ['MY_SECRET'])
    assert.deepEqual(said, ['Its ${metric_filter_short} is ${metric_filter} here, which is short.'])
  })

  it('takes no variable of an event that is not known here for a secret', () => {
    const { secrets, said } = importedPayload('{"text": "${alert_name}: ${message} ${MY_KEY}"}', {
      eventType: 'WEAVE_METRIC_THRESHOLD',
    })
    assert.deepEqual(secrets, ['MY_KEY', 'MY_SECRET'])
    assert.match(
      said.join('\n'),
      /^It has \$\{alert_name\}, \$\{message\}, which only W&B can fill in: sent as it is\.$/m,
    )
  })

  it('disables template and sender of a payload that cannot be a template, and says why', () => {
    const { flow, report } = imported({ action: { ...plain.action, payload: '{"a": }' } as Automation['action'] })
    // a template that is not disabled would be red
    assert.deepEqual([only(flow, 'payload-template')['d'], only(flow, 'webhook-sender')['d']], [true, true])
    assert.deepEqual(
      report.map(({ severity }) => severity),
      ['missing'],
    )
    assert.match(
      String(report[0]?.message),
      /^Its template and sender are disabled: its payload is no template here\. Line 1, column/,
    )
  })

  it('fills variables into a message for Slack, and leaves what else looks like one', () => {
    const { flow, report } = imported({
      action: { kind: 'slack', team: 'acme', channel: 'a', title: '${alias}', message: '${HOME} "x"', severity: '' },
    })
    const template = parseTemplate(String(only(flow, 'payload-template')['template']), 'json')
    const event: ArtifactEvent = { ...sampleEvent('ADD_ARTIFACT_ALIAS'), alias: 'A' }
    const { text } = renderTemplate(template, { event, automationName: '', missing: 'blank' })
    assert.deepEqual(JSON.parse(text), { text: '*A*\n${HOME} "x"' })
    assert.match(report.map(({ message }) => message).join('\n'), /^It has \$\{HOME\}, which is nothing/m)
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
