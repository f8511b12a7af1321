import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compileRunRule, type MetricRule, RUN_DEFAULTS } from '../../../../dist/lib/automations/run-rule.js'
import { evaluate } from '../../../../dist/lib/sources/wandb/runs/evaluate.js'
import { judge } from '../../../../dist/lib/sources/wandb/runs/metric.js'

const threshold = (comparison: string) =>
  ({ kind: 'threshold', aggregation: null, window: 1, comparison, threshold: 2 }) as const
const change = (more: object) =>
  ({
    kind: 'change',
    aggregation: 'AVERAGE',
    window: 1,
    prior: 1,
    relative: false,
    direction: 'ANY',
    amount: 1,
    ...more,
  }) as never

describe('Rules on metrics', () => {
  for (const [comparison, below, equal, above] of [
    ['$gt', false, false, true],
    ['$gte', false, true, true],
    ['$lt', true, false, false],
    ['$lte', true, true, false],
    ['$eq', false, true, false],
    ['$ne', true, false, true],
  ] as const) {
    it(`compares by ${comparison}`, () => {
      assert.deepEqual(
        [1, 2, 3].map((value) => judge(threshold(comparison), [value])?.fires),
        [below, equal, above],
      )
    })
  }

  for (const [filter, values, fires] of [
    [change({}), [1, 2], true],
    [change({ direction: 'DECREASE' }), [1, 2], false],
    [change({ direction: 'DECREASE' }), [3, 2], true],
    [change({ relative: true, amount: 0.5 }), [2, 3], true],
    [change({ relative: true, amount: 0.51 }), [2, 3], false],
    [change({ relative: true, amount: 0.5, direction: 'INCREASE' }), [-2, -1], true],
    [change({ relative: true, amount: 0.1 }), [0, 5], false],
    [change({ window: 2, prior: 2 }), [1, 1, 2, 2], true],
    [change({ window: 2, prior: 2 }), [1, 2, 2], undefined],
    [{ kind: 'zscore', window: 2, threshold: 1, direction: 'ANY' }, [5, 5, 9], false],
    [{ kind: 'zscore', window: 2, threshold: 1, direction: 'DECREASE' }, [4, 6, 4], true],
  ] as const) {
    it(`judges ${JSON.stringify(values)} by ${JSON.stringify(filter)}: ${fires}`, () => {
      assert.equal(judge(filter, values)?.fires, fires)
    })
  }

  it('comes to the same however the rows are cut into polls', () => {
    const rule = compileRunRule({
      ...RUN_DEFAULTS,
      event: 'RUN_METRIC',
      metric: 'm',
      aggregation: 'AVERAGE',
      window: '3',
      threshold: '5',
    }) as MetricRule
    const values = fc.array(fc.integer({ min: 0, max: 10 }), { maxLength: 40 })
    fc.assert(
      fc.property(values, fc.nat(40), (logged, cut) => {
        const rows = logged.map((value, step) => ({ step, value }))
        const none = {}
        const resting = () => false
        const whole = evaluate(none, new Map([['m', rows]]), [rule], resting)
        const first = evaluate(none, new Map([['m', rows.slice(0, cut)]]), [rule], resting)
        const isResting = () => first.fired.length > 0
        const second = evaluate(first.values, new Map([['m', rows.slice(cut)]]), [rule], isResting)
        assert.deepEqual([...first.fired, ...second.fired], whole.fired)
        assert.deepEqual(second.values, whole.values)
      }),
    )
  })

  for (const [settings, reason] of [
    [{ event: 'RUN_METRIC' }, /name of the metric/],
    [{ event: 'RUN_METRIC', metric: 'm' }, /threshold must be a number/],
    [{ event: 'RUN_METRIC', metric: 'm', threshold: '1', window: '0' }, /window must be a whole number from 1/],
    [{ event: 'RUN_METRIC', metric: 'm', threshold: '1', comparison: '>' }, /comparison must be one of/],
    [{ event: 'RUN_METRIC_CHANGE', metric: 'm', changeAmount: '0' }, /above 0/],
    [{ event: 'RUN_METRIC_ZSCORE', metric: 'm', threshold: '-1' }, /above 0/],
    [{ event: 'WEAVE', metric: 'm' }, /no event of runs/],
  ] as const) {
    it(`refuses ${JSON.stringify(settings)}`, () => {
      assert.throws(() => compileRunRule({ ...RUN_DEFAULTS, ...settings }), {
        code: 'trigger_invalid',
        message: reason,
      })
    })
  }
})
