import assert from 'node:assert/strict'
import { compileRunFilter } from '../../../dist/lib/automations/run-filter.js'
import { RUN_DEFAULTS, type RunSettings } from '../../../dist/lib/automations/run-rule.js'
import { sampleEvent } from '../../../dist/lib/automations/samples.js'

const run = (more: object) => ({
  ...sampleEvent('RUN_STATE'),
  run_name: 'nightly-1',
  run_author: 'ada',
  run_state: 'finished',
  ...more,
})
const filter = (settings: Partial<RunSettings>, events: string[], isWatched: boolean) =>
  compileRunFilter({ ...RUN_DEFAULTS, ...settings }, events, isWatched)

describe('What a trigger asks of runs', () => {
  for (const isWatched of [true, false]) {
    it(`is nothing when it waits for no run, ${isWatched ? 'watched' : 'told'}`, () => {
      const { rules, meets } = filter({ user: 'bob' }, ['LINK_ARTIFACT'], isWatched)
      assert.deepEqual([rules, meets(sampleEvent('LINK_ARTIFACT')), meets(run({}))], [[], true, null])
    })

    it(`does not concern other events that it waits for, ${isWatched ? 'watched' : 'told'}`, () => {
      const { meets } = filter({ user: 'bob' }, ['LINK_ARTIFACT', 'RUN_STATE'], isWatched)
      assert.deepEqual([meets(sampleEvent('LINK_ARTIFACT')), meets(run({}))], [true, false])
    })
  }

  it('is one rule for each event of runs, for whoever watches them', () => {
    const { rules } = filter({ metric: 'loss', threshold: '1' }, ['LINK_ARTIFACT', 'RUN_STATE', 'RUN_METRIC'], true)
    assert.deepEqual(
      rules.map(({ event }) => event),
      ['RUN_STATE', 'RUN_METRIC'],
    )
  })

  it('must be whole where the metric is watched, and may be empty where somebody else tells of it', () => {
    assert.throws(() => filter({}, ['RUN_METRIC'], true), { code: 'trigger_invalid' })
    const { rules, meets } = filter({}, ['RUN_METRIC'], false)
    assert.deepEqual([rules, meets({ ...sampleEvent('RUN_METRIC'), metric_name: 'loss' })], [[], true])
  })

  for (const [settings, event, accepted] of [
    [{}, run({ run_state: 'killed' }), true],
    [{ states: ['failed'] }, run({ run_state: 'killed' }), false],
    [{ states: ['Failed'] }, run({ run_state: 'crashed' }), true],
    [{ user: 'ada' }, run({}), true],
    [{ user: 'bob' }, run({}), false],
    [{ runName: '^nightly-' }, run({}), true],
    [{ runName: '^weekly-' }, run({}), false],
    [{ metric: 'loss' }, run({ event_type: 'RUN_METRIC', metric_name: 'loss' }), true],
    [{ metric: 'loss' }, run({ event_type: 'RUN_METRIC', metric_name: 'f1' }), false],
  ] as const) {
    it(`${JSON.stringify(settings)} ${accepted ? 'takes' : 'leaves'} ${event.event_type} ${event.run_state} that is told`, () => {
      assert.equal(filter(settings, ['RUN_STATE', 'RUN_METRIC'], false).meets(event), accepted)
    })
  }
})
