import assert from 'node:assert/strict'
import { fittingSample } from '../../../dist/lib/automations/fitting-sample.js'
import { judge } from '../../../dist/lib/automations/judgement.js'
import { compileRule, type RuleSettings } from '../../../dist/lib/automations/rule.js'
import { sampleEvent } from '../../../dist/lib/automations/samples.js'
import { SCOPES, type TriggerSettings } from '../../../dist/lib/automations/trigger.js'
import { EVENT_TYPES } from '../../../dist/lib/events/event.js'
import { parseEvent } from '../../../dist/lib/events/parse.js'
import { VOCABULARY } from '../../../dist/lib/events/vocabulary.js'

const context = { receivedAt: new Date(0), newId: () => 'new' }

describe('a sample event', () => {
  for (const type of EVENT_TYPES) {
    it(`of ${type} is one that a source would let pass`, () => {
      const event = sampleEvent(type)
      assert.deepEqual(parseEvent(JSON.parse(JSON.stringify(event)), context), event)
    })

    it(`of ${type} has every field that belongs to it, and no other`, () => {
      const belongs = VOCABULARY.filter(({ appliesTo }) => appliesTo.includes(type)).map(({ name }) => name)
      assert.deepEqual(Object.keys(sampleEvent(type)).toSorted(), belongs.toSorted())
    })

    it(`of ${type} starts the automation that it was made for`, () => {
      for (const scope of SCOPES) {
        for (const names of [{}, { entity: 'me', project: 'mine', collection: '' }]) {
          for (const pattern of ['', '^release-\\d+$', '(?i)PROD']) {
            const settings: TriggerSettings = {
              scope,
              entity: '',
              project: '',
              collection: '',
              events: [type],
              pattern,
              ...names,
            }
            const rule = compileRule(settings as RuleSettings, false)
            const { conditions } = judge({ met: true, reason: '' }, rule, fittingSample(type, settings))
            const unmet = conditions.filter(({ met }) => met !== true)
            assert.deepEqual(unmet, [], JSON.stringify(settings))
          }
        }
      }
    })
  }

  it('is in the collection, the registry and the time that were asked for', () => {
    const at = new Date('2027-01-02T03:04:05Z')
    const event = fittingSample(
      'ADD_ARTIFACT_ALIAS',
      { scope: 'registry', project: 'dataset', collection: 'c', pattern: 'v1' },
      at,
    )
    assert.equal(event.project_name, 'wandb-registry-dataset')
    assert.equal(event.artifact_version_string, 'acme/wandb-registry-dataset/c:v1')
    assert.equal(event.event_time, at.toISOString())
    assert.notEqual(event.event_id, sampleEvent('ADD_ARTIFACT_ALIAS').event_id)
  })

  for (const isWatched of [true, false]) {
    it(`of a run starts the trigger that asks for ${isWatched ? 'what W&B shows' : 'what a sender tells'}`, () => {
      const asked = [
        { states: ['failed'] },
        { states: ['crashed', 'killed'] },
        { states: ['RUNNING'] },
        { user: 'grace' },
        { runName: '^nightly-\\d+$' },
        { states: ['failed'], user: 'grace', runName: '(?i)SWEEP', metric: 'loss' },
        { metric: 'system.gpu.0.temp', threshold: '80' },
      ]
      const types = ['RUN_STATE', 'RUN_METRIC', 'RUN_METRIC_CHANGE', 'RUN_METRIC_ZSCORE'] as const
      for (const type of types) {
        for (const settings of asked) {
          const saved = { scope: 'project', entity: '', project: '', collection: '', pattern: '', events: [type] }
          const whole = {
            metric: 'acc',
            threshold: '1',
            changeAmount: '1',
            ...settings,
            ...saved,
          } as unknown as RuleSettings
          const event = fittingSample(type, whole)
          const { conditions } = judge({ met: true, reason: '' }, compileRule(whole, isWatched), event)
          assert.deepEqual(
            conditions.filter(({ met }) => met !== true),
            [],
            `${type} ${JSON.stringify(settings)} ${JSON.stringify(event)}`,
          )
          assert.deepEqual(parseEvent(JSON.parse(JSON.stringify(event)), context), event)
        }
      }
    })
  }

  it('of a run says what the trigger waits for: a failure is no “finished”', () => {
    const event = fittingSample('RUN_STATE', { states: ['failed'], user: 'grace' })
    assert.deepEqual([event.run_state, event.run_status, event.event_author], ['failed', 'failed', 'grace'])
    assert.equal(fittingSample('RUN_METRIC', { metric: 'loss' }).metric_name, 'loss')
  })

  it('is a usual one while a pattern is still being typed', () => {
    assert.equal(fittingSample('ADD_ARTIFACT_ALIAS', { pattern: '^(prod' }).alias, 'production')
  })
})
