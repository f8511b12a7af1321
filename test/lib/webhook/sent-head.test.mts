import assert from 'node:assert/strict'
import { asSent, SentHead, unchanging } from '../../../dist/lib/delivery/sent-request.js'

describe('what is kept of thousands of requests that are alike', () => {
  const AT = Date.UTC(2026, 10, 30, 12, 0, 7)
  const head = (id: string, attempt: number) => ({
    method: 'POST',
    url: 'https://ci.example/hook',
    // as JSON.parse makes it: __proto__ is a header like any other
    headers: JSON.parse(
      `{"Content-Type":"application/json","__proto__":"x","webhook-id":"${id}","webhook-timestamp":"${AT / 1000}","X-Automation-Attempt":"${attempt}","Authorization":"Bearer ***"}`,
    ) as Record<string, string>,
  })

  it('is one text, with every header in its place', () => {
    const alike = new SentHead(head('dlv_a', 1))
    const made = alike.of('dlv_b', AT, 3)
    assert.deepEqual(Object.entries(made.headers), Object.entries(head('dlv_b', 3).headers))
    assert.equal(unchanging({ request: made }), unchanging({ request: head('dlv_c', 2) }))
    assert.deepEqual(asSent(unchanging({ request: made })!, 'dlv_b', AT, 3), head('dlv_b', 3))
  })

  it('is that of the request that is asked for, also when a flow copied and changed it', () => {
    const made = new SentHead(head('dlv_a', 1)).of('dlv_b', AT, 3)
    assert.match(unchanging({ request: { ...made, url: 'https://other.example/' } })!, /other\.example/)
  })
})
