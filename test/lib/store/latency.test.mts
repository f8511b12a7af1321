import assert from 'node:assert/strict'
import fc from 'fast-check'
import { latencyBucket, percentile } from '../../../dist/lib/store/latency.js'

const counted = (durations: readonly number[]) => {
  const counts = new Map<number, number>()
  for (const ms of durations) counts.set(latencyBucket(ms), (counts.get(latencyBucket(ms)) ?? 0) + 1)
  return counts
}

describe('latencies in buckets', () => {
  it('are exact below 128 ms, and right to 1.6 % above', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000_000 }), (ms) => {
        const told = percentile(counted([ms]), 0.5)!
        if (ms < 128) assert.equal(told, ms)
        else assert.ok(Math.abs(told - ms) / ms < 1 / 62, `${ms} is told as ${told}`)
      }),
    )
  })

  it('grow with the duration', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (a, b) => {
        assert.ok(a <= b ? latencyBucket(a) <= latencyBucket(b) : latencyBucket(a) >= latencyBucket(b))
      }),
    )
  })

  it('have percentiles by nearest rank, and none when nothing was counted', () => {
    const hundred = counted(Array.from({ length: 100 }, (_, index) => index + 1))
    assert.deepEqual([percentile(hundred, 0.5), percentile(hundred, 0.95), percentile(hundred, 1)], [50, 95, 100])
    assert.equal(percentile(new Map(), 0.5), null)
  })

  it('take what is no duration for none', () => {
    assert.deepEqual([-5, Number.NaN, Number.POSITIVE_INFINITY].map(latencyBucket), [0, 0, 0])
  })
})
