import assert from 'node:assert/strict'
import fc from 'fast-check'
import { LONGEST_WAIT_MS } from '../../../dist/lib/delivery/schedule.js'
import { rateLimitReset, retryAfter } from '../../../dist/lib/webhook/retry-after.js'

const NOW = new Date('2026-11-24T12:00:00Z')

/** [value of Retry-After, milliseconds to wait; undefined: as if it were not there] */
const VALUES: readonly [value: string, ms: number | undefined][] = [
  ['3', 3_000],
  [' 3 ', 3_000],
  ['120.5', 121_000],
  ['0.2', 1_000],
  ['86400', LONGEST_WAIT_MS],
  ['86401', LONGEST_WAIT_MS],
  ['100000000000000000000', LONGEST_WAIT_MS],
  ['9'.repeat(400), LONGEST_WAIT_MS],
  ['0', undefined],
  ['0.0', undefined],
  ['-5', undefined],
  ['+5', undefined],
  ['1e9', undefined],
  ['0x10', undefined],
  ['.5', undefined],
  ['5.', undefined],
  ['1,5', undefined],
  ['', undefined],
  ['soon', undefined],
  ['Infinity', undefined],
  ['Tue, 24 Nov 2026 12:00:30 GMT', 30_000],
  ['Tuesday, 24-Nov-26 12:00:30 GMT', 30_000],
  ['Tue Nov 24 12:00:30 2026', 30_000],
  ['Tue Dec  1 12:00:30 2026', LONGEST_WAIT_MS],
  ['Fri, 01 Jan 2100 00:00:00 GMT', LONGEST_WAIT_MS],
  ['Tue, 24 Nov 2026 11:59:59 GMT', undefined],
  ['Thu, 01 Jan 1970 00:00:00 GMT', undefined],
  ['Tue, 99 Nov 2026 12:00:30 GMT', undefined],
  ['2026-11-24T12:00:30Z', undefined],
  ['24 Nov 2026', undefined],
  ['25 Nov 2026', undefined],
  ['Nov 24, 2026 12:00:30', undefined],
]

describe('#33 Retry-After', () => {
  for (const [value, ms] of VALUES) {
    const shown = value.length > 40 ? `${value.slice(0, 40)}…` : value
    it(`"${shown}" is ${ms === undefined ? 'ignored' : `${ms} ms`}`, () => {
      assert.equal(retryAfter({ 'retry-after': value }, NOW), ms)
    })
  }

  it('is not there when it is not there', () => {
    assert.equal(retryAfter({}, NOW), undefined)
    assert.equal(retryAfter({ toString: 'x' }, NOW), undefined)
  })

  it('means GMT by a date, wherever Node-RED runs', () => {
    const zone = process.env['TZ']
    process.env['TZ'] = 'Asia/Tokyo'
    try {
      assert.equal(new Date(2026, 0, 1).toISOString(), '2025-12-31T15:00:00.000Z')
      for (const date of ['Tue, 24 Nov 2026 12:00:30 GMT', 'Tue Nov 24 12:00:30 2026']) {
        assert.equal(retryAfter({ 'retry-after': date }, NOW), 30_000)
      }
    } finally {
      if (zone === undefined) delete process.env['TZ']
      else process.env['TZ'] = zone
    }
  })

  it('counts once when it was sent twice', () => {
    assert.equal(retryAfter({ 'retry-after': ['3', '900'] }, NOW), 3_000)
  })

  it('is a wait that a timer can hold, whatever was sent (property)', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.double().map(String), fc.date().map(String)), (value) => {
        const ms = retryAfter({ 'retry-after': value }, NOW)
        assert.ok(ms === undefined || (Number.isFinite(ms) && ms > 0 && ms <= LONGEST_WAIT_MS))
      }),
    )
  })
})

describe('#34 x-ratelimit-reset', () => {
  const reset = (seconds: number) => String(NOW.getTime() / 1000 + seconds)
  const rows: readonly [what: string, headers: Record<string, string>, ms: number | undefined][] = [
    ['counts when nothing remains', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset(90) }, 90_000],
    ['is clamped to a day', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset(9e5) }, LONGEST_WAIT_MS],
    [
      'is ignored while something remains',
      { 'x-ratelimit-remaining': '12', 'x-ratelimit-reset': reset(90) },
      undefined,
    ],
    ['is ignored alone', { 'x-ratelimit-reset': reset(90) }, undefined],
    ['is ignored when past', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset(-1) }, undefined],
    ['is ignored when unreadable', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': 'soon' }, undefined],
    [
      'is ignored unless it is a whole number',
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1e12' },
      undefined,
    ],
  ]
  for (const [what, headers, ms] of rows) {
    it(what, () => assert.equal(rateLimitReset(headers, NOW), ms))
  }
})
