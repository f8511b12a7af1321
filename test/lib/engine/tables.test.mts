import assert from 'node:assert/strict'
import fc from 'fast-check'
import { deliveryId } from '../../../dist/lib/delivery/id.js'
import type { Outcome } from '../../../dist/lib/delivery/lane-port.js'
import { keepMessage, MESSAGE_LIMIT, restoreMessage } from '../../../dist/lib/delivery/message.js'
import { orderKey } from '../../../dist/lib/delivery/order-key.js'
import { DEFAULT_SCHEDULE, nextDelay, parseSchedule } from '../../../dist/lib/delivery/schedule.js'
import { Breaker, FAILURES_TO_OPEN, LONGEST_PAUSE_MS } from '../../../dist/lib/engine/lane/breaker.js'
import { decide, resultOfError } from '../../../dist/lib/engine/lane/decide.js'
import { RateLimit } from '../../../dist/lib/engine/lane/rate-limit.js'
import { AutomationError } from '../../../dist/lib/error.js'
import { event, NOON } from '../store/make.mts'

describe('a schedule', () => {
  const GOOD: Record<string, number[]> = {
    '': [],
    '  ': [],
    '5s': [5_000],
    '250ms,1.5s': [250, 1_500],
    ' 1 m , 2h ': [60_000, 7_200_000],
    '0s': [0],
    '24h': [86_400_000],
    [DEFAULT_SCHEDULE]: [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400].map(
      (seconds) => seconds * 1_000,
    ),
  }
  for (const [text, waits] of Object.entries(GOOD)) {
    it(`“${text}” is ${waits.length} waits`, () => assert.deepEqual(parseSchedule(text), waits))
  }

  const BAD: Record<string, RegExp> = {
    '5': /Wait 1 .*“5”/,
    '5s,': /Wait 2 .*is empty/,
    '5s,x,1m': /Wait 2 .*“x”/,
    '-5s': /Wait 1/,
    '5 d': /Wait 1/,
    '1e3s': /Wait 1/,
    '25h': /longer than 24 hours/,
    [Array(101).fill('1s').join(',')]: /101 waits/,
  }
  for (const [text, reason] of Object.entries(BAD)) {
    it(`“${text.slice(0, 20)}” is refused with the reason`, () => {
      assert.throws(() => parseSchedule(text), { code: 'schedule_invalid', message: reason })
    })
  }

  it('is never off by more than a fifth, and ends', () => {
    fc.assert(
      fc.property(fc.nat(86_400_000), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (wait, random) => {
        const delay = nextDelay([wait], 0, () => random)
        assert.ok(delay !== null && Math.abs(delay - wait) <= wait * 0.2 + 1)
        assert.equal(
          nextDelay([wait], 1, () => random),
          null,
        )
      }),
    )
  })
})

describe('the id of a delivery', () => {
  it('is the same for the same, another for another, and has no dots', () => {
    const text = fc.string({ unit: 'binary' })
    fc.assert(
      fc.property(text, text, text, text, (a, b, c, d) => {
        const [first, second] = [deliveryId(a, b, Buffer.from(c)), deliveryId(b, a, Buffer.from(d))]
        assert.match(first, /^dlv_[\w-]{32}$/)
        assert.equal(first, deliveryId(a, b, Buffer.from(c)))
        assert.equal(first === second, a === b && Buffer.from(c).equals(Buffer.from(d)))
      }),
    )
  })

  it('begins with the time of an event id that does', () => {
    const id = deliveryId('01939f5e-2c4a-7abc-8def-0123456789ab', 's', Buffer.from('p'))
    assert.match(id, /^dlv_01939f5e2c4a[\w-]{32}$/)
    assert.notEqual(id, deliveryId('01939f5e-2c4a-7abc-8def-0123456789ac', 's', Buffer.from('p')))
  })

  it('does not mix up where the event id ends', () => {
    assert.notEqual(deliveryId('a","b', 'c', Buffer.alloc(0)), deliveryId('a', 'b","c', Buffer.alloc(0)))
  })
})

describe('what is kept of a message', () => {
  it('is everything that JSON can carry', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (message) => {
        const expected = JSON.parse(JSON.stringify(message))
        assert.deepEqual(restoreMessage(keepMessage(message)), expected)
      }),
    )
  })

  it('is nothing of what it cannot: functions, cycles, big integers', () => {
    const cycle: { self?: object } = {}
    cycle.self = cycle
    assert.equal(keepMessage({ f: () => 1, cycle, big: 1n, nothing: undefined }), null)
    assert.equal(keepMessage({ f: () => 1, topic: 't' }), '{"topic":"t"}')
  })

  it('is not more than 64 KiB, property by property', () => {
    const kept = keepMessage({ huge: 'x'.repeat(MESSAGE_LIMIT), topic: 't' })
    assert.equal(kept, '{"topic":"t"}')
  })

  it('keeps a property named __proto__ as data', () => {
    const message = JSON.parse('{"__proto__":{"admin":true}}') as Record<string, unknown>
    const restored = restoreMessage(keepMessage(message))
    assert.equal(Object.hasOwn(restored, '__proto__'), true)
    assert.equal((restored as { admin?: boolean }).admin, undefined)
  })
})

describe('the order key', () => {
  it('is the collection with its project, and null without one', () => {
    assert.equal(orderKey(event('a')), orderKey(event('b')))
    assert.notEqual(orderKey(event('a')), orderKey(event('a', { project_name: 'other' })))
    const { artifact_collection_name: _, ...without } = event('a')
    assert.equal(orderKey(without as ReturnType<typeof event>), null)
  })
})

describe('a rate limit', () => {
  it('lets through no more than its rate in any stretch of time', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.array(fc.nat(300), { minLength: 1, maxLength: 200 }),
        (rate, gaps) => {
          let now = NOON
          const limit = new RateLimit(rate, now)
          const sent: number[] = []
          for (const gap of gaps) {
            now += gap
            if (limit.nextAt(now) > now) continue
            limit.take(now)
            sent.push(now)
          }
          const burst = Math.max(1, rate * 0.02)
          for (let i = 0; i < sent.length; i++) {
            for (let j = i; j < sent.length; j++) {
              assert.ok(j - i + 1 <= burst + ((sent[j]! - sent[i]!) * rate) / 1_000 + 1e-6)
            }
          }
        },
      ),
    )
  })

  it('says when the next one may go', () => {
    const limit = new RateLimit(2, NOON)
    limit.take(NOON)
    assert.equal(limit.nextAt(NOON + 100), NOON + 500)
    assert.equal(limit.nextAt(NOON + 500), NOON + 500)
  })

  it('does not freeze when the clock is set back', () => {
    const limit = new RateLimit(1, NOON)
    limit.take(NOON)
    assert.equal(limit.nextAt(NOON - 86_400_000), NOON - 86_400_000 + 1_000)
  })

  it('is none when there is none', () => {
    const limit = new RateLimit(null, NOON)
    for (let i = 0; i < 1_000; i++) limit.take(NOON)
    assert.equal(limit.nextAt(NOON), NOON)
  })
})

describe('a circuit breaker', () => {
  const open = () => {
    const breaker = new Breaker()
    for (let i = 0; i < FAILURES_TO_OPEN; i++) breaker.failed(NOON)
    return breaker
  }

  it('opens after so many failures in a row, and not before', () => {
    const breaker = new Breaker()
    for (let i = 1; i < FAILURES_TO_OPEN; i++) breaker.failed(NOON)
    assert.equal(breaker.open, false)
    breaker.succeeded(8)
    breaker.failed(NOON)
    assert.equal(breaker.open, false)
    assert.equal(open().open, true)
  })

  it('lets one probe through after each pause, and doubles the pause up to a minute', () => {
    const breaker = open()
    const pauses: number[] = []
    for (let now = NOON, i = 0; i < 8; i++) {
      assert.equal(breaker.allowed(now), 0)
      pauses.push(breaker.probeAt - now)
      now = breaker.probeAt
      assert.equal(breaker.allowed(now), 1)
      breaker.failed(now)
    }
    assert.deepEqual(
      pauses,
      [1, 2, 4, 8, 16, 32, 60, 60].map((seconds) => seconds * 1_000),
    )
    assert.equal(Math.max(...pauses), LONGEST_PAUSE_MS)
  })

  it('hears nothing new from late answers to requests that went out before it opened', () => {
    const breaker = open()
    breaker.failed(NOON + 10)
    assert.equal(breaker.probeAt, NOON + 1_000)
  })

  it('lets more and more through when the endpoint is back', () => {
    const breaker = open()
    const allowed = Array.from({ length: 5 }, () => {
      breaker.succeeded(4)
      return breaker.allowed(NOON)
    })
    assert.deepEqual(allowed, [2, 3, 4, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY])
  })
})

describe('an error instead of an answer', () => {
  const told = (error: unknown) => resultOfError(error, NOON, NOON + 40)
  const counted = (code: string, message: string) => ({
    outcome: { kind: 'retry', error: { code, message }, countsAsAttempt: true },
    attempt: { started_at: new Date(NOON).toISOString(), duration_ms: 40, error: { code, message } },
  })

  it('is a fault of this package, and counts, when nobody knows it', () => {
    const fault = 'The request could not be made because of a fault in this package: '
    assert.deepEqual(told(new TypeError('boom')), counted('internal', `${fault}boom`))
    assert.deepEqual(told('boom'), counted('internal', `${fault}boom`))
  })

  it('counts in its own words when it may pass', () => {
    const busy = new AutomationError('source_rate_limited', 'It is busy.')
    assert.deepEqual(told(busy), counted('source_rate_limited', 'It is busy.'))
  })

  it('is the end when it never passes, and no attempt', () => {
    const error = { code: 'secret_unknown', message: 'There is no secret KEY.' } as const
    const unknown = new AutomationError(error.code, error.message)
    assert.deepEqual(told(unknown), { outcome: { kind: 'failed', error }, attempt: null })
  })
})

describe('what becomes of a delivery', () => {
  const error = { code: 'http_status', message: 'No.' }
  const retry = (more: object = {}): Outcome => ({ kind: 'retry', error, countsAsAttempt: true, ...more })
  const schedule = [1_000, 60_000]
  const day = 86_400_000
  const TABLE: [string, Outcome, number, { status: string; step: number; due: number | null }][] = [
    ['delivered', { kind: 'delivered' }, 0, { status: 'delivered', step: 0, due: null }],
    ['failed for good', { kind: 'failed', error }, 0, { status: 'failed', step: 0, due: null }],
    ['a first failure', retry(), 0, { status: 'pending', step: 1, due: 1_000 }],
    ['a second failure', retry(), 1, { status: 'pending', step: 2, due: 60_000 }],
    ['a last failure', retry(), 2, { status: 'failed', step: 2, due: null }],
    [
      'asked for patience',
      retry({ retryAfter: 5_000, countsAsAttempt: false }),
      1,
      { status: 'pending', step: 1, due: 5_000 },
    ],
    [
      'asked for patience at the end',
      retry({ retryAfter: 5_000, countsAsAttempt: false }),
      2,
      { status: 'pending', step: 2, due: 5_000 },
    ],
    ['a failure with a wait asked for', retry({ retryAfter: 5_000 }), 0, { status: 'pending', step: 1, due: 5_000 }],
    ['a failure with a short wait asked for', retry({ retryAfter: 5 }), 0, { status: 'pending', step: 1, due: 1_000 }],
    [
      'an absurd wait',
      retry({ retryAfter: 1e20, countsAsAttempt: false }),
      0,
      { status: 'pending', step: 0, due: day },
    ],
    ['a negative wait', retry({ retryAfter: -5, countsAsAttempt: false }), 0, { status: 'pending', step: 0, due: 0 }],
    ['patience without a time', retry({ countsAsAttempt: false }), 0, { status: 'pending', step: 0, due: 1_000 }],
    [
      'patience without a time at the end',
      retry({ countsAsAttempt: false }),
      2,
      { status: 'pending', step: 2, due: 60_000 },
    ],
  ]
  for (const [name, outcome, step, { status, step: after, due }] of TABLE) {
    it(`after ${name}, at step ${step}`, () => {
      const decision = decide(outcome, { step, schedule, now: NOON, random: () => 0.5 })
      assert.deepEqual(
        [decision.status, decision.step, decision.dueAt],
        [status, after, due === null ? null : NOON + due],
      )
    })
  }
})
