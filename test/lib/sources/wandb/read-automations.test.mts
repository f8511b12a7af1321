import assert from 'node:assert/strict'
import { compileRunRule, RUN_DEFAULTS } from '../../../../dist/lib/automations/run-rule.js'
import type { TriggerSettings } from '../../../../dist/lib/automations/trigger.js'
import { compileTrigger } from '../../../../dist/lib/automations/trigger.js'
import { readAutomations } from '../../../../dist/lib/sources/wandb/automations/read.js'
import { readDirectory } from '../../../../dist/lib/sources/wandb/directory.js'
import { importAutomations } from '../../../../dist/lib/sources/wandb/import-automations.js'
import { aliasFilter, ids, ofType } from './flows.mts'
import { type Watching, watching } from './watching.mts'

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

  for (const { title, features, schema } of [
    { title: 'of today', features: true, schema: { guessed: true } },
    {
      title: 'before 0.83, by project',
      features: false,
      schema: { lacks: ['QUERY_AUTOMATIONS_ON_ENTITY', 'AUTOMATION_SCOPE_ENTITY'] },
    },
  ]) {
    it(`turns the samples of a server ${title} into flows that can be deployed`, async () => {
      watch = await watching([], { server: { schema } })
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
        ['registry', 'acme', 'model', 'classifier'],
      )
      assert.equal(
        report.some(({ automation, message }) => automation === 'run' && /does not say whether/.test(message)),
        !features,
      )
    })
  }

  it('takes a payload that is no JSON as it is, and pretty-prints one that is', async () => {
    watch = await watching([], {})
    const { world, team, project } = watch
    const integration = world.addWebhook(team, 'hook', 'https://example.com')
    const payloads = {
      a: '{"x":"${run_name}","y":[1]}',
      b: '{"x": ${metric_value}}',
      c: '"only ${run_name}"',
      d: null,
    }
    for (const [name, payload] of Object.entries(payloads)) {
      const filter = { run_filter: '{"$and":[]}', run_state_filter: { states: ['FAILED'] } }
      world.addTrigger(project, {
        name,
        eventType: 'RUN_STATE',
        filter,
        action: { kind: 'webhook', integration, payload },
      })
    }
    const automations = await readAutomations(watch.client, await readDirectory(watch.client))
    const { flow } = importAutomations(automations, { source: 'source', newId: ids() })
    assert.deepEqual(
      ofType(flow, 'payload-template').map(({ template }) => template),
      ['{\n  "x": "${run_name}",\n  "y": [\n    1\n  ]\n}', payloads.b, payloads.c, '{}'],
    )
  })
})
