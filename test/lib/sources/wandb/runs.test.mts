import assert from 'node:assert/strict'
import { matchesRule } from '../../../../dist/lib/automations/run-rule.js'
import { PAGE } from '../../../standin/paging.mts'
import { brief, runTrigger, type Watching, watching } from './watching.mts'

describe('Watching runs of a W&B server', () => {
  let watch: Watching
  afterEach(() => watch.close())

  it('tells each state that a run reaches, with everything the server knows of the run', async () => {
    watch = await watching([runTrigger({ event: 'RUN_STATE' })])
    await watch.poll()
    const run = watch.world.addRun(watch.project, watch.ada, { name: 'abc123', displayName: 'brave-fox-1' })
    const [started] = await watch.poll()
    const { event_id, event_time, ...rest } = started ?? assert.fail('no event')
    assert.match(event_id, /^wandb-/)
    assert.match(event_time, /^2026-/)
    assert.deepEqual(rest, {
      event_type: 'RUN_STATE',
      event_author: 'ada',
      entity_name: 'vision',
      organization_name: 'acme',
      project_name: 'training',
      run_id: 'abc123',
      run_name: 'brave-fox-1',
      run_author: 'ada',
      run_state: 'running',
      run_status: 'running',
      run_url: 'https://wandb.ai/vision/training/runs/abc123',
    })
    assert.deepEqual(await watch.poll(), [])
    watch.world.runState(run, 'finished')
    assert.deepEqual(brief(await watch.poll()), ['RUN_STATE brave-fox-1 finished'])
    assert.deepEqual(await watch.poll(), [])
  })

  it('sees that a run crashed, though its heartbeats have stopped and others rise above it', async () => {
    watch = await watching([runTrigger({ event: 'RUN_STATE', states: ['failed'] })])
    const run = watch.world.addRun(watch.project, watch.ada, { displayName: 'lost' })
    await watch.poll()
    for (let count = 0; count < 120; count += 1) watch.world.addRun(watch.project, watch.ada)
    watch.world.runState(run, 'crashed')
    assert.deepEqual(brief(await watch.poll()), ['RUN_STATE lost crashed'])
  })

  it('sees that one of many runs crashed, though the server gives fewer in a page than it is asked for', async () => {
    const { most } = PAGE
    PAGE.most = 40
    try {
      watch = await watching([runTrigger({ event: 'RUN_STATE', states: ['failed'] })])
      const runs = Array.from({ length: 130 }, (_, n) =>
        watch.world.addRun(watch.project, watch.ada, { displayName: `run ${n}` }),
      )
      await watch.poll()
      for (const run of runs.slice(5)) watch.world.runState(run, 'running')
      await watch.poll()
      for (const run of runs.slice(0, 2)) watch.world.runState(run, 'crashed')
      assert.deepEqual(brief(await watch.poll()), ['RUN_STATE run 0 crashed', 'RUN_STATE run 1 crashed'])
      assert.deepEqual(await watch.poll(), [])
    } finally {
      PAGE.most = most
    }
  })

  it('sees every run that began and ended between two polls, more than a page of them', async () => {
    watch = await watching([runTrigger({ event: 'RUN_STATE', states: ['failed'] })])
    await watch.poll()
    for (let count = 0; count < 120; count += 1)
      watch.world.runState(watch.world.addRun(watch.project, watch.ada), 'failed')
    assert.equal((await watch.poll()).length, 120)
    assert.deepEqual(await watch.poll(), [])
  })

  it('fires nothing for runs that were there before, and for users, names and states that nobody asked for', async () => {
    watch = await watching([runTrigger({ event: 'RUN_STATE', states: ['failed'], user: 'ada', runName: '^nightly-' })])
    watch.world.addRun(watch.project, watch.ada, { displayName: 'nightly-0', state: 'failed' })
    await watch.poll()
    for (const [name, user, state] of [
      ['nightly-1', watch.ada, 'failed'],
      ['nightly-2', watch.bob, 'failed'],
      ['weekly-1', watch.ada, 'failed'],
      ['nightly-3', watch.ada, 'killed'],
    ] as const) {
      watch.world.addRun(watch.project, user, { displayName: name, state })
    }
    assert.deepEqual(brief(await watch.poll()), ['RUN_STATE nightly-1 failed'])
  })

  it('tells the same thing again after it was not watched for a while', async () => {
    const wanted = [runTrigger({ event: 'RUN_STATE', states: ['failed'] })]
    watch = await watching(wanted)
    const run = watch.world.addRun(watch.project, watch.ada, { displayName: 'fox' })
    await watch.poll()
    for (let round = 0; round < 2; round += 1) {
      watch.world.runState(run, 'failed')
      assert.deepEqual(brief(await watch.poll()), ['RUN_STATE fox failed'], `round ${round}`)
      watch.poller.setTriggers([])
      await watch.poll()
      watch.world.runState(run, 'running')
      watch.poller.setTriggers(wanted)
      assert.deepEqual(await watch.poll(), [])
    }
  })

  it('takes a crash after a failure for the failure that it is, unless crashes are asked for by name', async () => {
    const failures = runTrigger({ event: 'RUN_STATE', states: ['failed'] })
    const crashes = runTrigger({ event: 'RUN_STATE', states: ['crashed'] })
    const both = runTrigger({ event: 'RUN_STATE', states: ['failed', 'crashed'] })
    watch = await watching([failures, crashes, both])
    const run = watch.world.addRun(watch.project, watch.ada, { displayName: 'fox' })
    await watch.poll()
    const firedBy = async (state: string) => {
      watch.world.runState(run, 'running')
      await watch.poll()
      watch.world.runState(run, state)
      const events = await watch.poll()
      return [failures, crashes, both].map(
        ({ run: rule }) => events.filter((event) => matchesRule(rule as never, event)).length,
      )
    }
    assert.deepEqual(await firedBy('failed'), [1, 0, 1])
    assert.deepEqual(await firedBy('crashed'), [0, 1, 1])
    assert.deepEqual(await firedBy('crashed'), [0, 0, 0])
    assert.deepEqual(await firedBy('failed'), [0, 0, 0])
    watch.world.pass(25 * 3_600_000)
    assert.deepEqual(await firedBy('crashed'), [1, 1, 1])
    assert.deepEqual(await firedBy('failed'), [0, 0, 1])
    assert.deepEqual(await firedBy('killed'), [0, 0, 0])
  })

  it('fires a threshold on the window of last values, once per run in 24 hours', async () => {
    const wanted = runTrigger({
      event: 'RUN_METRIC',
      metric: 'loss',
      aggregation: 'AVERAGE',
      window: '3',
      comparison: '$lt',
      threshold: '0.5',
    })
    watch = await watching([wanted])
    const run = watch.world.addRun(watch.project, watch.ada, { displayName: 'fox' })
    watch.world.logMetrics(run, [{ loss: 0.1 }, { loss: 0.1 }])
    await watch.poll()
    watch.world.logMetrics(run, [{ loss: 0.2 }, { accuracy: 1 }, { loss: 0.9 }])
    assert.deepEqual(await watch.poll(), [], 'two values are no window of three')
    watch.world.logMetrics(run, [{ loss: 0.3 }, { loss: 0.1 }])
    const [event, ...more] = await watch.poll()
    assert.deepEqual(more, [])
    assert.deepEqual(
      [event?.metric_name, event?.metric_filter, event?.metric_value, event?.metric_values],
      ['loss', 'average(loss, 3) < 0.5', (0.2 + 0.9 + 0.3) / 3, [0.2, 0.9, 0.3]],
    )
    assert.equal(event && wanted.run && matchesRule(wanted.run, event), true)
    watch.world.logMetrics(run, [{ loss: 0.1 }])
    assert.deepEqual(await watch.poll(), [], 'the rule rests')
    watch.world.pass(25 * 3_600_000)
    watch.world.logMetrics(run, [{ loss: 0.1 }])
    assert.equal((await watch.poll()).length, 1)
  })

  it('reads every value of runs that log fast, far apart, and of runs that ended meanwhile', async () => {
    watch = await watching([runTrigger({ event: 'RUN_METRIC', metric: 'loss', comparison: '$eq', threshold: '77' })])
    await watch.poll()
    const fast = watch.world.addRun(watch.project, watch.ada, { displayName: 'fast' })
    watch.world.logMetrics(
      fast,
      Array.from({ length: 25_000 }, (_, step) => ({ loss: step === 12_345 ? 77 : 1 })),
    )
    const far = watch.world.addRun(watch.project, watch.ada, { displayName: 'far' })
    watch.world.logMetrics(far, [{ loss: 1 }, { _step: 5_000_000, loss: 77 }])
    watch.world.runState(far, 'finished')
    assert.deepEqual(brief(await watch.poll()).sort(), ['RUN_METRIC far loss', 'RUN_METRIC fast loss'])
  })

  it('fires a change against the window just before', async () => {
    watch = await watching([
      runTrigger({
        event: 'RUN_METRIC_CHANGE',
        metric: 'loss',
        aggregation: 'MAX',
        window: '2',
        priorWindow: '3',
        changeAmount: '0.5',
        changeDirection: 'INCREASE',
      }),
    ])
    const run = watch.world.addRun(watch.project, watch.ada)
    await watch.poll()
    watch.world.logMetrics(
      run,
      [1, 2, 2, 2, 2.5].map((loss) => ({ loss })),
    )
    assert.deepEqual(await watch.poll(), [])
    watch.world.logMetrics(run, [{ loss: 3 }])
    const [event] = await watch.poll()
    assert.equal(event?.event_type, 'RUN_METRIC_CHANGE')
    assert.equal(event?.metric_current_status, 'changed by 50 %, from 2 to 3')
    assert.deepEqual(event?.metric_values, [2, 2, 2, 2.5, 3])
  })

  it('fires a z-score against the values before', async () => {
    watch = await watching([
      runTrigger({ event: 'RUN_METRIC_ZSCORE', metric: 'loss', window: '4', threshold: '3', changeDirection: 'ANY' }),
    ])
    const run = watch.world.addRun(watch.project, watch.ada)
    await watch.poll()
    watch.world.logMetrics(
      run,
      [1, 3, 1, 3, 4].map((loss) => ({ loss })),
    )
    assert.deepEqual(await watch.poll(), [])
    watch.world.logMetrics(run, [{ loss: -20 }])
    const [event] = await watch.poll()
    assert.equal(event?.event_type, 'RUN_METRIC_ZSCORE')
  })

  it('looks at the last value of a system metric at each poll, and counts it once', async () => {
    const above = {
      event: 'RUN_METRIC',
      metric: 'system.cpu',
      aggregation: 'MIN',
      window: '2',
      threshold: '90',
    } as const
    watch = await watching([runTrigger(above), runTrigger({ event: 'RUN_METRIC', metric: 'loss', threshold: '5' })])
    const run = watch.world.addRun(watch.project, watch.ada, { displayName: 'fox' })
    watch.world.logSystem(run, { 'system.cpu': 99 })
    assert.deepEqual(await watch.poll(), [])
    watch.world.logSystem(run, { 'system.cpu': 95, 'system.memory': 1 })
    assert.deepEqual(await watch.poll(), [], 'what was there at first is not judged')
    watch.world.logMetrics(run, [{ loss: 1 }])
    assert.deepEqual(await watch.poll(), [], 'the same value is no second one')
    watch.world.logSystem(run, { 'system.cpu': 97 })
    watch.world.logMetrics(run, [{ loss: 9 }])
    const events = await watch.poll()
    assert.deepEqual(brief(events).sort(), ['RUN_METRIC fox loss', 'RUN_METRIC fox system.cpu'])
    const event = events.find(({ metric_name }) => metric_name === 'system.cpu')
    assert.deepEqual([event?.metric_value, event?.metric_values], [95, [95, 97]])
    watch.world.logSystem(run, { 'system.cpu': 98 })
    assert.deepEqual(await watch.poll(), [], 'the rule rests')
    assert.equal(await watch.requestsOf(() => watch.poll()), 1, 'nothing new, nothing asked')
  })

  it('watches the runs of all projects of an entity', async () => {
    const { trigger, run } = runTrigger({ event: 'RUN_STATE' })
    watch = await watching([{ trigger: { ...trigger, scope: 'entity', project: '' }, run }])
    const other = watch.world.addProject(watch.team, 'other')
    await watch.poll()
    watch.world.addRun(other, watch.ada, { displayName: 'elsewhere' })
    watch.world.addRun(watch.project, watch.ada, { displayName: 'here' })
    assert.deepEqual(brief(await watch.poll()).sort(), ['RUN_STATE elsewhere running', 'RUN_STATE here running'])
  })

  it('reads and writes nothing of runs that have ended, whether they fired or not', async () => {
    watch = await watching([runTrigger({ event: 'RUN_METRIC', metric: 'loss', comparison: '$gt', threshold: '5' })])
    await watch.poll()
    for (const loss of [1, 9]) {
      const run = watch.world.addRun(watch.project, watch.ada, { displayName: `loss ${loss}` })
      watch.world.logMetrics(run, [{ loss }])
      await watch.poll()
      watch.world.runState(run, 'finished')
    }
    const isQuiet = async () => {
      // what was remembered of them is forgotten first
      for (let count = 0; count < 2; count += 1) await watch.poll()
      const writes = watch.store.commits.length
      for (let count = 0; count < 4; count += 1)
        assert.equal(await watch.requestsOf(async () => assert.deepEqual(await watch.poll(), [])), 1)
      assert.equal(watch.store.commits.length, writes)
    }
    await isQuiet()
    watch.world.pass(25 * 3_600_000)
    await isQuiet()
    watch.restart()
    await isQuiet()
    assert.deepEqual(
      [...watch.store.parts.keys()].filter((key) => key.startsWith('m/')),
      [],
    )
  })

  it('writes nothing while runs only log', async () => {
    watch = await watching([runTrigger({ event: 'RUN_METRIC', metric: 'loss', comparison: '$gt', threshold: '100' })])
    const run = watch.world.addRun(watch.project, watch.ada)
    await watch.poll()
    watch.world.logMetrics(run, [{ loss: 1 }])
    await watch.poll()
    const writes = watch.store.commits.length
    for (let count = 0; count < 5; count += 1) {
      watch.world.logMetrics(run, [{ loss: 1 }])
      await watch.poll()
    }
    assert.equal(watch.store.commits.length, writes)
  })
})
