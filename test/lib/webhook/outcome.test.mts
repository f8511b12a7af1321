import assert from 'node:assert/strict'
import type { Outcome } from '../../../dist/lib/delivery/lane-port.js'
import { attemptRecord, classify, STATUS_RULES } from '../../../dist/lib/webhook/outcome.js'
import { SERVICE, type ServiceName } from '../../../dist/lib/webhook/services.js'

const NOW = new Date('2026-11-24T12:00:00Z')
const url = new URL('https://hooks.example.com/in')

interface Answer {
  status?: number
  headers?: Record<string, string>
  body?: string
}

function judge(service: ServiceName, { status = 200, headers = {}, body = '' }: Answer): Outcome {
  const response = { status, headers, body, complete: true }
  return classify({ url, service: SERVICE[service] }, { durationMs: 5, response }, NOW)
}

/** Every status that has a name, and some that have none, each with what it means. */
const STATUSES: Readonly<Record<string, readonly number[]>> = {
  delivered: [200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 250, 299],
  failed: [
    300, 301, 302, 303, 304, 305, 306, 307, 308, 399, 400, 401, 402, 403, 404, 405, 406, 407, 409, 411, 412, 413, 414,
    415, 416, 417, 418, 421, 422, 423, 424, 426, 428, 431, 451, 499, 501, 505,
  ],
  retry: [408, 425, 429, 500, 502, 503, 504, 506, 507, 508, 510, 511, 520, 599],
  pause: [410],
}

describe('#29 #30 #31 what a status means', () => {
  for (const [meaning, statuses] of Object.entries(STATUSES)) {
    for (const status of statuses) {
      it(`${status}: ${meaning}`, () => {
        const outcome = judge('generic', { status })
        assert.equal(outcome.kind, meaning === 'pause' ? 'failed' : meaning)
        if (meaning === 'pause') assert.equal('pause' in outcome && outcome.pause, true)
        else assert.equal('pause' in outcome, false)
        if (outcome.kind !== 'delivered') {
          assert.equal(outcome.error.code, 'http_status')
          assert.match(outcome.error.message, new RegExp(`^hooks\\.example\\.com answered ${status}`))
        }
        if (outcome.kind === 'retry') assert.equal(outcome.countsAsAttempt, true)
      })
    }
  }

  it('is decided for each status from 200 to 599, by one row', () => {
    for (let status = 200; status <= 599; status++) {
      assert.ok(
        STATUS_RULES.some(({ from, to }) => status >= from && status <= to),
        String(status),
      )
    }
  })
})

describe('an endpoint that asks for patience', () => {
  for (const status of [408, 425, 429, 500, 502, 503, 504]) {
    it(`#32 holds back the webhook by Retry-After with ${status}, and the delivery keeps its place`, () => {
      const outcome = judge('generic', { status, headers: { 'retry-after': '7' } })
      assert.ok(outcome.kind === 'retry')
      assert.equal(outcome.retryAfter, 7_000)
      assert.equal(outcome.countsAsAttempt, false)
    })
  }

  it('is not asked twice when Retry-After comes with a status that is final', () => {
    assert.equal(judge('generic', { status: 400, headers: { 'retry-after': '7' } }).kind, 'failed')
    assert.equal(judge('generic', { status: 301, headers: { 'retry-after': '7' } }).kind, 'failed')
    assert.equal(judge('generic', { status: 200, headers: { 'retry-after': '7' } }).kind, 'delivered')
  })

  it('#34 is heard when it says so by 403 with rate-limit headers, and only then', () => {
    assert.equal(judge('generic', { status: 403 }).kind, 'failed')
    const outcome = judge('generic', {
      status: 403,
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW.getTime() / 1000 + 60) },
    })
    assert.ok(outcome.kind === 'retry')
    assert.equal(outcome.retryAfter, 60_000)
    assert.equal(judge('generic', { status: 403, headers: { 'x-ratelimit-remaining': '59' } }).kind, 'failed')
    assert.equal(judge('generic', { status: 403, headers: { 'retry-after': '9' } }).kind, 'retry')
  })
})

describe('GitHub', () => {
  it('has taken a dispatch with 204', () => {
    assert.equal(judge('github', { status: 204 }).kind, 'delivered')
  })

  for (const [status, body, kind] of [
    [200, '{"id":1}', 'delivered'],
    [201, '[]', 'delivered'],
    [202, '', 'delivered'],
    [200, '<!DOCTYPE html><title>Sign in to the proxy</title>', 'retry'],
    [200, 'Blocked by policy', 'retry'],
  ] as const) {
    it(`${status} with ${body || 'nothing'}: ${kind}`, () => {
      assert.equal(judge('github', { status, body }).kind, kind)
      assert.equal(judge('generic', { status, body }).kind, 'delivered')
    })
  }

  const secondary = JSON.stringify({ message: 'You have exceeded a secondary rate limit. Please wait a few minutes.' })
  for (const status of [403, 429]) {
    it(`is left alone for a minute after a secondary limit by ${status} that says no time`, () => {
      const outcome = judge('github', { status, body: secondary })
      assert.ok(outcome.kind === 'retry')
      assert.equal(outcome.retryAfter, 60_000)
      assert.equal(outcome.countsAsAttempt, true)
    })
  }

  it('is obeyed by Retry-After before the reset of its limit', () => {
    const outcome = judge('github', {
      status: 403,
      headers: { 'retry-after': '5', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1795525200' },
    })
    assert.ok(outcome.kind === 'retry')
    assert.equal(outcome.retryAfter, 5_000)
  })

  it('has refused for good by another 403, 404 and 422, with its reason', () => {
    for (const status of [403, 404, 422]) {
      const outcome = judge('github', { status, body: '{"message":"Resource not accessible"}' })
      assert.ok(outcome.kind === 'failed')
      assert.match(outcome.error.message, /: Resource not accessible$/)
    }
  })
})

describe('#35 Slack', () => {
  const rows: readonly [body: string, kind: Outcome['kind']][] = [
    ['ok', 'delivered'],
    ['{"ok":true}', 'delivered'],
    ['{"ok":false,"error":"channel_not_found"}', 'failed'],
    ['{"ok":false}', 'failed'],
    ['{"ok":false,"error":"ratelimited"}', 'retry'],
    ['{"ok":false,"error":"internal_error"}', 'retry'],
    ['{"ok":"false"}', 'retry'],
    ['[]', 'retry'],
    ['{', 'retry'],
    ['OK\n', 'delivered'],
    ['', 'delivered'],
    ['{"success":true}', 'delivered'],
    ['{"success":true,"ok":false,"error":"not_authed"}', 'failed'],
    ['no_service', 'retry'],
    ['ok, but later', 'retry'],
    ['<!DOCTYPE html><title>Sign in</title>', 'retry'],
  ]
  for (const [body, kind] of rows) {
    it(`${body} in a 200: ${kind}`, () => {
      assert.equal(judge('slack', { body }).kind, kind)
      assert.equal(judge('generic', { body }).kind, 'delivered')
    })
  }

  it('names its reason', () => {
    const outcome = judge('slack', { body: '{"ok":false,"error":"channel_not_found"}' })
    assert.ok(outcome.kind === 'failed')
    assert.equal(outcome.error.message, 'hooks.example.com answered 200 OK: "ok": false, channel_not_found')
  })
})

describe('#35 Teams', () => {
  const text = (status: number) =>
    `Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error ${status} with ContextId tcid=0,server=DB3PEPF,cv=x..`
  const rows: readonly [body: string, kind: Outcome['kind']][] = [
    ['1', 'delivered'],
    ['', 'delivered'],
    [text(429), 'retry'],
    [text(500), 'retry'],
    [text(413), 'failed'],
    [text(403), 'failed'],
    ['2', 'delivered'],
    ['"1"', 'delivered'],
    ['0', 'retry'],
    ['-1', 'retry'],
    ['1 of 2 failed', 'retry'],
    // MicrosoftDocs/msteams-docs, issue 7852: what connectors said for a while in 2023
    ['{"version":"1.1","statusCode":200,"reasonPhrase":"OK","isSuccessStatusCode":true}', 'delivered'],
    ['{"version":"1.1","statusCode":502,"reasonPhrase":"Bad Gateway","isSuccessStatusCode":false}', 'retry'],
    ['Webhook message delivery failed with error: Error contacting Microsoft Teams endpoint', 'retry'],
    ['Webhook message delivery failed with error: Microsoft Teams endpoint timed out', 'retry'],
    ['{"error":{"code":"NoResponse"}}', 'retry'],
    ['<html><body>Sign in', 'retry'],
    ['Summary or Text is required.', 'failed'],
    ['Bad payload received by generic incoming webhook.', 'failed'],
  ]
  for (const [body, kind] of rows) {
    it(`${body.slice(-60) || 'nothing'} in a 200: ${kind}`, () => {
      assert.equal(judge('teams', { body }).kind, kind)
      assert.equal(judge('generic', { body }).kind, 'delivered')
    })
  }

  it('has taken what a workflow answers with 202, whatever that says of its run', () => {
    for (const body of ['', 'Accepted', '{"name":"08584710","status":"Running"}', '{}']) {
      assert.equal(judge('teams', { status: 202, body }).kind, 'delivered', body)
    }
    for (const body of [text(429), '{"error":{"code":"WorkflowDisabled"}}', 'The workflow is disabled.']) {
      assert.equal(judge('teams', { status: 202, body }).kind, 'retry', body)
    }
  })

  it('tells what it said instead of a success', () => {
    const body = 'Webhook message delivery failed with error: Error contacting Microsoft Teams endpoint\n at …'
    const outcome = judge('teams', { body })
    assert.ok(outcome.kind === 'retry')
    assert.equal(outcome.countsAsAttempt, true)
    assert.equal(
      outcome.error.message,
      'hooks.example.com answered 200 OK: that is not what Microsoft Teams says on success (1, or nothing): Webhook message delivery failed with error: Error contacting Microsoft Teams endpoint',
    )
  })

  it('is believed by its status when its answer is compressed, which is never opened', () => {
    const headers = { 'content-encoding': 'gzip' }
    assert.equal(judge('teams', { headers, body: '[31 bytes, Content-Encoding gzip]' }).kind, 'delivered')
    assert.equal(judge('teams', { headers: { 'content-encoding': 'identity' }, body: 'no' }).kind, 'retry')
  })

  it('is left alone for half a minute when it is too much', () => {
    const outcome = judge('teams', { body: text(429) })
    assert.ok(outcome.kind === 'retry')
    assert.equal(outcome.retryAfter, 30_000)
  })
})

describe('an attempt without an answer', () => {
  const failure = (code: 'timeout' | 'network' | 'tls' | 'dns' | 'address_blocked', proxyFault = false) =>
    classify({ url, service: SERVICE.generic }, { durationMs: 1, failure: { code, message: 'why', proxyFault } }, NOW)

  for (const code of ['timeout', 'network', 'tls', 'dns'] as const) {
    it(`is tried again after ${code}`, () => {
      assert.deepEqual(failure(code), { kind: 'retry', error: { code, message: 'why' }, countsAsAttempt: true })
    })
  }
  it('is not tried again at an address that may not be called', () => {
    assert.deepEqual(failure('address_blocked'), {
      kind: 'failed',
      error: { code: 'address_blocked', message: 'why' },
    })
  })
  it('#45 keeps its place in the schedule when the proxy is to blame', () => {
    const outcome = failure('network', true)
    assert.ok(outcome.kind === 'retry')
    assert.equal(outcome.countsAsAttempt, false)
  })
})

describe('the sentence of a refusal', () => {
  const message = (answer: Answer) => {
    const outcome = judge('generic', answer)
    assert.ok(outcome.kind !== 'delivered')
    return outcome.error.message
  }
  const rows: readonly [answer: Answer, message: string][] = [
    [{ status: 404 }, 'hooks.example.com answered 404 Not Found.'],
    [{ status: 520 }, 'hooks.example.com answered 520.'],
    [{ status: 400, body: 'invalid_payload' }, 'hooks.example.com answered 400 Bad Request: invalid_payload'],
    [{ status: 400, body: '{"error":{"message":"No"}}' }, 'hooks.example.com answered 400 Bad Request: No'],
    [{ status: 400, body: '{"error":"No"}' }, 'hooks.example.com answered 400 Bad Request: No'],
    [{ status: 400, body: 'null' }, 'hooks.example.com answered 400 Bad Request.'],
    [
      { status: 502, body: '<html>Bad', headers: { 'content-type': 'text/html' } },
      'hooks.example.com answered 502 Bad Gateway.',
    ],
    [
      { status: 308, headers: { location: 'https://other.example/' } },
      'hooks.example.com answered 308 Permanent Redirect (to https://other.example/); redirects are not followed. Enter the final URL.',
    ],
  ]
  for (const [answer, expected] of rows) it(expected, () => assert.equal(message(answer), expected))

  it('is of a redirect for each status of one', () => {
    for (const status of [300, 304, 399]) assert.match(message({ status }), /redirects are not followed/)
    for (const status of [400, 404]) assert.doesNotMatch(message({ status }), /redirects/)
  })

  it('has the first line of the reason, cut when it is long', () => {
    const told = 'hooks.example.com answered 400 Bad Request: '
    assert.equal(message({ status: 400, body: '\n bad field\r\nat line 3' }), `${told}bad field`)
    assert.equal(message({ status: 400, body: `1${'x'.repeat(199)}` }), `${told}1${'x'.repeat(199)}`)
    assert.equal(message({ status: 400, body: `1${'x'.repeat(5000)}` }), `${told}1${'x'.repeat(199)}…`)
  })
})

describe('an attempt in the history', () => {
  it('has the answer and the reason', () => {
    const response = { status: 404, headers: { a: 'b' }, body: 'no', complete: true }
    const result = { durationMs: 12, response }
    const outcome = classify({ url, service: SERVICE.generic }, result, NOW)
    assert.deepEqual(attemptRecord(NOW, result, outcome), {
      started_at: '2026-11-24T12:00:00.000Z',
      duration_ms: 12,
      status_code: 404,
      response_headers: { a: 'b' },
      response_body: 'no',
      error: { code: 'http_status', message: 'hooks.example.com answered 404 Not Found: no' },
    })
  })
})
