import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { isMissed } from '../../../dist/nodes/automations/backtest-answer.js'
import { byPages } from '../../../dist/nodes/automations/bulk.js'
import { csvOf } from '../../../dist/nodes/automations/delimited.js'
import { eventCurl } from '../../../dist/nodes/automations/event-curl.js'
import { flatRow } from '../../../dist/nodes/automations/flat-row.js'
import { ownedNodes } from '../../../dist/nodes/automations/owned-nodes.js'
import { spanOf } from '../../../dist/nodes/automations/spans.js'
import { instantOf, lengthOf, timesIn } from '../../../dist/nodes/automations/times.js'
import { verdictOf } from '../../../dist/nodes/automations/verdict.js'

describe('a file of what a list shows', () => {
  it('is CSV as RFC 4180 has it, and no text in it is a formula', () => {
    const csv = csvOf(
      ['name', 'count'],
      [
        ['a "b", c', 1],
        ['two\nlines', null],
        ['=HYPERLINK("x")', -3],
        ['-1+2', 0],
      ],
    )
    assert.equal(csv, `name,count\r\n"a ""b"", c",1\r\n"two\nlines",\r\n"'=HYPERLINK(""x"")",-3\r\n'-1+2,0\r\n`)
  })

  it('names what lies deeper by its path', () => {
    const row = {
      id: 'd',
      webhook: { id: 'w', name: '' },
      tags: ['a', 'b'],
      error: null,
      sample: true,
      list: [{ a: 1 }],
    }
    const flat = { id: 'd', 'webhook.id': 'w', 'webhook.name': '', tags: 'a; b', sample: 'true', list: '{"a":1}' }
    assert.deepEqual(flatRow(row), flat)
  })
})

describe('times in the sidebar', () => {
  const times = timesIn('America/New_York', 'en-US')

  it('are as short as the day allows, in the zone that is said', () => {
    const now = new Date('2026-11-30T15:00:00Z')
    assert.equal(times.zone, 'America/New_York')
    assert.equal(times.short('2026-11-30T06:07:08Z', now), '01:07:08')
    assert.match(times.short('2026-11-30T04:59:00Z', now), /^Nov 29, 23:59$/)
    assert.equal(times.short('2025-12-31T12:00:00Z', now), 'Dec 31, 2025')
    assert.match(times.full('2026-11-30T06:07:08Z'), /Nov 30, 2026, 01:07:08 EST/)
  })

  it('that a field holds are of the local zone', () => {
    assert.equal(instantOf('2026-11-30T12:30'), new Date(2026, 10, 30, 12, 30).toISOString())
    assert.equal(instantOf(''), undefined)
    assert.equal(instantOf('soon'), undefined)
  })

  it('that something took are said in one unit', () => {
    assert.deepEqual([0, 340, 12_400, 90_000, 7_200_000, 200_000_000].map(lengthOf), [
      '0 ms',
      '340 ms',
      '12 s',
      '2 min',
      '2 h',
      '2 d',
    ])
  })
})

describe('what an automation made of an event', () => {
  const at = '2026-01-02T00:00:00Z'
  const judged = (fires: boolean, since: string | null, deliveries = 0) =>
    verdictOf({ fires, running_since: since, deliveries: Array(deliveries).fill({}) }, at)

  it('is what it would make of it only where it is younger than the event', () => {
    assert.equal(judged(true, '2026-01-01T00:00:00Z'), 'fired')
    assert.equal(judged(false, '2026-01-01T00:00:00Z'), 'not-fired')
    assert.equal(judged(true, '2026-01-03T00:00:00Z'), 'would-fire')
    assert.equal(judged(false, '2026-01-03T00:00:00Z'), 'would-not-fire')
    assert.equal(judged(false, null), 'not-fired')
  })

  it('is proved by a delivery, whatever it would do now', () => {
    assert.equal(judged(false, '2026-01-03T00:00:00Z', 1), 'fired')
  })

  it('was missed where it would be sent now and never was', () => {
    const result = {
      source: 's',
      event_id: 'e',
      received_at: at,
      event_type: 't',
      subject: '',
      payloads: [],
      deliveries: [],
    }
    const payload = { body: '{}', missing: [] }
    assert.equal(isMissed({ ...result, payloads: [payload] }), true)
    assert.equal(isMissed({ ...result, payloads: [payload], deliveries: [{ id: 'd', status: 'failed' }] }), false)
    assert.equal(
      isMissed({ ...result, payloads: [{ missing: [], error: { code: 'secret_unknown', message: '' } }] }),
      false,
    )
    assert.equal(
      isMissed({ ...result, payloads: [{ missing: [], error: { code: 'payload_unknown', message: '' } }] }),
      true,
    )
  })
})

describe('counts of a span', () => {
  const bucket = { start: '', accepted: null, attempts: 0, p50_ms: null, p95_ms: null }

  it('round the success rate down: 99.96 % is not all of it', () => {
    const buckets = [
      { ...bucket, fired: 5, delivered: 2_499, failed: 0 },
      { ...bucket, fired: null, delivered: 0, failed: 1 },
    ]
    assert.deepEqual(spanOf(buckets), { fired: 5, delivered: 2_499, failed: 1, rate: 99.9 })
    assert.equal(spanOf([{ ...bucket, fired: 0, delivered: 0, failed: 0 }]).rate, null)
  })
})

describe('the nodes of an automation', () => {
  const wires: Record<string, string[]> = {
    one: ['template'],
    two: ['shared'],
    template: ['sender', 'shared'],
    shared: ['last'],
    sender: ['debug', 'template'],
    catch: ['log'],
    debug: ['log'],
  }
  const after = (id: string) => wires[id] ?? []
  const before = (id: string) => Object.keys(wires).filter((from) => wires[from]?.includes(id))

  it('are those that get messages from nowhere else; a loop among them is theirs', () => {
    const { owned, shared } = ownedNodes('one', { before, after })
    assert.deepEqual(owned.sort(), ['debug', 'one', 'sender', 'template'])
    assert.deepEqual(shared.sort(), ['last', 'log', 'shared'])
  })
})

describe('work that is done page by page', () => {
  const pages = [3, 2, 1].map((count, index) => ({ count, next: index === 2 ? null : `p${index}` }))

  it('ends at the end, and says how far it is after each page', async () => {
    const asked: (string | null)[] = []
    const told: number[] = []
    const page = async (before: string | null) => {
      asked.push(before)
      return pages[asked.length - 1]!
    }
    const result = await byPages(page, ({ done }) => told.push(done) > 0)
    assert.deepEqual(result, { done: 6, ended: true })
    assert.deepEqual(asked, [null, 'p0', 'p1'])
    assert.deepEqual(told, [3, 5, 6])
  })

  it('stops after the page at which it is told to', async () => {
    let asked = 0
    const page = async () => pages[asked++]!
    assert.deepEqual(await byPages(page, () => false), { done: 3, ended: false })
    assert.equal(asked, 1)
  })

  it('goes on where it came to', async () => {
    const asked: (string | null)[] = []
    const page = async (before: string | null) => {
      asked.push(before)
      return { count: 2, next: null }
    }
    assert.deepEqual(await byPages(page, () => true, { done: 5, before: 'p1' }), { done: 7, ended: true })
    assert.deepEqual(asked, ['p1'])
  })
})

describe('an event as a command', () => {
  const event = {
    event_type: 'ADD_ARTIFACT_ALIAS',
    entity_name: 'acme',
    project_name: "it's",
    event_id: 'e1',
    alias: '$(id)',
    event_time: '2026-01-02T03:04:05Z',
  } as const
  const url = 'http://127.0.0.1:1880/artifact-events'

  /** Runs it with a curl that prints what it is given, one argument a line. */
  const run = (script: string, env: Record<string, string> = { SECRET: 's3cret' }) => {
    const shell = `curl() { printf '%s\\n' "$@"; }\n${script}`
    return spawnSync('bash', ['-c', shell], { encoding: 'utf8', env: { ...process.env, ...env } })
  }

  it('posts it without its id, and nothing of it is run', () => {
    const { stdout } = run(eventCurl(event, { url, auth: 'none' }))
    const { event_id: _, ...rest } = event
    assert.deepEqual(stdout.split('\n').slice(0, 4), [url, '-H', 'Content-Type: application/json', '--data-binary'])
    assert.deepEqual(JSON.parse(stdout.split('\n')[4] ?? ''), rest)
  })

  it('takes the secret from the environment, as each kind of guard wants it, and says so when it is not there', () => {
    const given = (auth: string) => run(eventCurl(event, { url, auth, headerName: 'X-Key' })).stdout
    assert.match(given('bearer'), /^Authorization: Bearer s3cret$/m)
    assert.match(given('shared-secret'), /^X-Webhook-Secret: s3cret$/m)
    assert.match(given('header'), /^X-Key: s3cret$/m)
    assert.match(given('basic'), /^-u\ns3cret$/m)
    assert.match(given('signature'), /^X-Hub-Signature-256: sha256=[0-9a-f]{64}$/m)
    const script = eventCurl(event, { url, auth: 'bearer' })
    assert.ok(!script.includes('s3cret'))
    assert.match(run(script, { SECRET: '' }).stderr, /put the secret of the source into the variable SECRET/)
  })
})
