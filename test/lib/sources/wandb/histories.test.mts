import assert from 'node:assert/strict'
import fc from 'fast-check'
import { AT_START, advance, isBehind, PATIENCE } from '../../../../dist/lib/sources/wandb/runs/position.js'
import type { Run } from '../../../standin/things.mts'
import { brief, runTrigger, type Watching, watching } from './watching.mts'

/** Each value is one that a rule waits for, so that every value that is judged is an event. */
const valueRule = (value: number) =>
  runTrigger({ event: 'RUN_METRIC', metric: 'loss', comparison: '$eq', threshold: String(value) })

type Happening =
  | { readonly kind: 'start' | 'poll' | 'restart' }
  /** Rows with or without the metric; `late` ones are counted, and readable some polls later. */
  | {
      readonly kind: 'log'
      readonly run: number
      readonly rows: readonly { metric: boolean; late: number; skip: number }[]
    }
  | { readonly kind: 'end'; readonly run: number }

const row = fc.record({ metric: fc.boolean(), late: fc.nat(3), skip: fc.constantFrom(0, 0, 0, 7, 30_000) })
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ kind: 'start' } as const) },
  { weight: 3, arbitrary: fc.constant({ kind: 'poll' } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' } as const) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('log' as const),
      run: fc.nat(3),
      rows: fc.array(row, { minLength: 1, maxLength: 5 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('end' as const), run: fc.nat(3) }) },
)

describe('A history that is read while it is written', () => {
  for (const nothing of [-1, 0]) {
    it(`is judged value by value, each once, where a server says that nothing has step ${nothing}`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(happening, { minLength: 1, maxLength: 20 }), async (story) => {
          const rules = Array.from({ length: 60 }, (_, value) => valueRule(value))
          const watch = await watching(rules)
          watch.world.stepOfNothing = nothing
          try {
            await watch.poll()
            await live(watch, story, rules.length)
          } finally {
            await watch.close()
          }
        }),
        { numRuns: 60 },
      )
    }).timeout(120_000)
  }

  it('is not lost when a run is looked at between its start and its first row', async () => {
    for (const stepOfNothing of [-1, 0]) {
      const watch = await watching([valueRule(1)])
      try {
        watch.world.stepOfNothing = stepOfNothing
        // it is there when the watch begins, and has logged nothing
        const early = watch.world.addRun(watch.project, watch.ada, { name: 'early' })
        await watch.poll()
        const late = watch.world.addRun(watch.project, watch.ada, { name: 'late' })
        await watch.poll()
        watch.world.logMetrics(early, [{ loss: 1 }])
        watch.world.logMetrics(late, [{ loss: 1 }])
        assert.deepEqual(brief(await watch.poll()).sort(), ['RUN_METRIC early loss', 'RUN_METRIC late loss'])
      } finally {
        await watch.close()
      }
    }
  })

  it('is not judged as far as it was logged before the watch', async () => {
    const watch = await watching([valueRule(1), valueRule(2)])
    try {
      const run = watch.world.addRun(watch.project, watch.ada, { name: 'old' })
      watch.world.logMetrics(run, [{ loss: 1 }])
      await watch.poll()
      watch.world.logMetrics(run, [{ loss: 2 }])
      assert.equal((await watch.poll()).length, 1)
    } finally {
      await watch.close()
    }
  })

  it('is not asked for again and again where a server counts rows that it never gives', async () => {
    const watch = await watching([valueRule(1)])
    try {
      const run = watch.world.addRun(watch.project, watch.ada, { name: 'odd' })
      await watch.poll()
      watch.world.logMetrics(run, [{ loss: 5 }, { loss: 6 }])
      run.unreadable.add(run.history[1] ?? assert.fail())
      for (let poll = 0; poll < PATIENCE + 5; poll += 1) await watch.poll()
      assert.equal(await watch.requestsOf(() => watch.poll()), 1)
      watch.world.logMetrics(run, [{ loss: 1 }])
      assert.equal((await watch.poll()).length, 1)
    } finally {
      await watch.close()
    }
  })
})

/** Lives through a story; at its end all rows are readable, and two polls later all values have been told once. */
async function live(watch: Watching, story: readonly Happening[], most: number): Promise<void> {
  const { world } = watch
  const runs: Run[] = []
  const hidden: { run: Run; row: Record<string, number>; polls: number }[] = []
  const logged: number[] = []
  const poll = async () => {
    await watch.poll()
    for (const each of hidden) {
      each.polls -= 1
      if (each.polls <= 0) each.run.unreadable.delete(each.row)
    }
  }
  for (const each of story) {
    const run = 'run' in each ? runs[each.run % Math.max(1, runs.length)] : undefined
    if (each.kind === 'start') runs.push(world.addRun(watch.project, watch.ada, { name: `run-${runs.length}` }))
    else if (each.kind === 'poll') await poll()
    else if (each.kind === 'restart') watch.restart()
    else if (each.kind === 'end' && run) world.runState(run, 'finished')
    else if (each.kind === 'log' && run && run.state === 'running') {
      for (const { metric, late, skip } of each.rows) {
        const step = (run.history.at(-1)?.['_step'] ?? -1) + 1 + skip
        const isLogged = metric && logged.length < most
        world.logMetrics(run, [{ _step: step, ...(isLogged ? { loss: logged.length } : { other: 1 }) }])
        if (isLogged) logged.push(logged.length)
        const row = run.history.at(-1) ?? assert.fail()
        if (late === 0) continue
        run.unreadable.add(row)
        hidden.push({ run, row, polls: late })
      }
    }
  }
  for (let count = 0; count < 6; count += 1) await poll()
  const told = watch.store.events.map(({ metric_value }) => metric_value)
  assert.deepEqual(
    [...told].sort((left, right) => Number(left) - Number(right)),
    logged,
  )
}

describe('The position in a history', () => {
  it('waits for rows that are missing, and ends waiting', () => {
    let position = advance(AT_START, [0, 2], 3)
    assert.deepEqual([position.step, position.above, isBehind(position, 3)], [-1, [0, 2], true])
    assert.deepEqual(advance(position, [1, 2], 3), { step: 2, above: [], rows: 3, waits: 0 })
    for (let count = 0; count < PATIENCE; count += 1) position = advance(position, [0], 3)
    assert.deepEqual([position.step, position.above, isBehind(position, 3)], [2, [], false])
  })

  it('remembers no more steps one by one than it has to', () => {
    const steps = Array.from({ length: 5000 }, (_, step) => step)
    const { step, above } = advance(AT_START, steps, 6000)
    assert.deepEqual([step, above.length], [3999, 1000])
  })
})
