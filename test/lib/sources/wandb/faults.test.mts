import assert from 'node:assert/strict'
import { STATUSES, statusFailure } from '../../../../dist/lib/sources/wandb/failure.js'
import { SourceFailure } from '../../../../dist/lib/sources/watch/failure.js'
import { Pace } from '../../../../dist/lib/sources/watch/pace.js'
import type { Fault } from '../../../standin/faults.mts'
import { brief, trigger, type Watching, watching } from './watching.mts'

const registry = [trigger('registry', { project: 'model', events: ['ADD_ARTIFACT_ALIAS'] })]

/** Polls and gives the failure. */
const failureOf = async (watch: Watching): Promise<SourceFailure> => {
  const error: unknown = await watch.poll().then(
    () => null,
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof SourceFailure, `expected a failure, not ${String(error)}`)
  return error
}

describe('When the W&B server is at fault', () => {
  let watch: Watching
  beforeEach(async () => {
    watch = await watching(registry)
    await watch.poll()
  })
  afterEach(() => watch.close())

  const faults: readonly { title: string; fault: Fault; code: string; remedy: string; message: RegExp }[] = [
    // 65
    {
      title: 'says 401',
      fault: { kind: 'status', status: 401 },
      code: 'source_denied',
      remedy: 're-check',
      message: /does not know the API key/,
    },
    {
      title: 'says 403',
      fault: { kind: 'status', status: 403 },
      code: 'source_denied',
      remedy: 're-check',
      message: /may not read/,
    },
    // 66
    {
      title: 'says 429',
      fault: { kind: 'status', status: 429, headers: { 'retry-after': '120' } },
      code: 'source_rate_limited',
      remedy: 'back-off',
      message: /fewer requests/,
    },
    {
      title: 'says 500',
      fault: { kind: 'status', status: 500 },
      code: 'source_unavailable',
      remedy: 'back-off',
      message: /status 500/,
    },
    {
      title: 'says 503',
      fault: { kind: 'status', status: 503, body: '' },
      code: 'source_unavailable',
      remedy: 'back-off',
      message: /status 503\.$/,
    },
    {
      title: 'resets the connection',
      fault: { kind: 'reset' },
      code: 'source_unavailable',
      remedy: 'back-off',
      message: /could not be reached/,
    },
    {
      title: 'ends in the middle',
      fault: { kind: 'cut' },
      code: 'source_unavailable',
      remedy: 'back-off',
      message: /could not be reached/,
    },
    {
      title: 'redirects',
      fault: { kind: 'status', status: 302, headers: { location: '/login' } },
      code: 'source_unavailable',
      remedy: 're-check',
      message: /status 302/,
    },
    // 67
    {
      title: 'shows a login page',
      fault: { kind: 'html' },
      code: 'source_answer_invalid',
      remedy: 'back-off',
      message: /no JSON but text\/html.*‹!doctype html›.*‹script›alert/,
    },
    {
      title: 'cuts the JSON off',
      fault: { kind: 'truncated' },
      code: 'source_answer_invalid',
      remedy: 'back-off',
      message: /not whole JSON\. It begins: {"data":/,
    },
    {
      title: 'gives half the data',
      fault: { kind: 'partial', message: 'database away' },
      code: 'source_query_refused',
      remedy: 'back-off',
      message: /only a part of the query: database away/,
    },
    {
      title: 'says null',
      fault: { kind: 'status', status: 200, body: 'null' },
      code: 'source_answer_invalid',
      remedy: 'back-off',
      message: /not whole JSON/,
    },
    {
      title: 'has other data',
      fault: { kind: 'status', status: 200, body: '{"data":{"watched":{"head":7}}}' },
      code: 'source_answer_unexpected',
      remedy: 'back-off',
      message: /watched\.head/,
    },
    {
      title: 'writes an error as text',
      fault: { kind: 'status', status: 200, body: '{"error":"maintenance"}' },
      code: 'source_query_refused',
      remedy: 're-check',
      message: /maintenance/,
    },
    // 72
    {
      title: 'pours out 200 MB',
      fault: { kind: 'large', bytes: 200 * 2 ** 20 },
      code: 'source_answer_too_large',
      remedy: 'back-off',
      message: /longer than 32 MiB/,
    },
  ]

  for (const { title, fault, code, remedy, message } of faults) {
    it(`#65 #66 #67 #72 ${title}: nothing is stored, and what happened meanwhile is told by the next poll that succeeds`, async () => {
      const commits = watch.store.commits.length
      watch.world.addAlias(watch.first, watch.portfolio, 'production')
      watch.standin.faults.always(fault)
      const failure = await failureOf(watch)
      watch.standin.faults.always(null)
      assert.deepEqual([failure.code, failure.remedy], [code, remedy])
      assert.match(failure.message, message)
      assert.equal(failure.message.includes('\n'), false)
      assert.ok(failure.message.length < 400, 'no more than 200 characters of the answer')
      assert.equal(failure.message.includes(watch.ada.keys[0] ?? ''), false)
      assert.equal(watch.store.commits.length, commits)
      assert.deepEqual(brief(await watch.poll()), ['ADD_ARTIFACT_ALIAS classifier:v0 production'])
    }).timeout(20_000)
  }

  it('fails in the second of two requests: nothing is stored', async () => {
    watch.world.addAlias(watch.first, watch.portfolio, 'production')
    watch.standin.faults.next({ kind: 'headers', headers: {} }, { kind: 'status', status: 503 })
    await failureOf(watch)
    assert.equal(watch.store.events.length, 0)
    assert.deepEqual(brief(await watch.poll()), ['ADD_ARTIFACT_ALIAS classifier:v0 production'])
  })

  it('is in trouble for a moment: what it has is asked for once more, and nothing is taken for lacking', async () => {
    watch.world.addAlias(watch.first, watch.portfolio, 'production', watch.ada)
    watch.standin.faults.next({ kind: 'headers', headers: {} }, { kind: 'status', status: 500 })
    const [event] = await watch.poll()
    assert.deepEqual([event?.alias, event?.event_author], ['production', 'ada'])
    assert.deepEqual(watch.client.knowledge.learned, { lacks: [], doubts: [] })
  })

  it('#66 drips or says nothing: the whole request has one deadline', async () => {
    for (const fault of [{ kind: 'silent' }, { kind: 'slow', everyMs: 5 }] as const) {
      watch.standin.faults.next(fault)
      const ends = AbortSignal.timeout(60)
      await assert.rejects(watch.poller.poll(ends), { code: 'source_unavailable' })
    }
  })

  it('#66 asks for a pause by its headers: no request before', async () => {
    watch.standin.faults.next({ kind: 'headers', headers: { 'ratelimit-remaining': '3', 'ratelimit-reset': '90' } })
    await watch.poll()
    assert.equal(watch.client.heldUntil, watch.world.now + 90_000)
  })
})

describe('What follows from a failure', () => {
  for (const { status, code, remedy } of STATUSES) {
    it(`status ${status} is ${code}, to be ${remedy === 're-check' ? 'asked again rarely' : 'asked again ever slower'}`, () => {
      const failure = statusFailure(status, 'because', null)
      assert.deepEqual([failure.code, failure.remedy], [code, remedy])
      assert.match(failure.message, /It said: because$/)
    })
  }

  const pace = (random: number) => new Pace({ interval: 30_000, random: () => random })
  const failure = (remedy: 'back-off' | 're-check', pause: number | null = null) => ({ remedy, pause })

  it('waits at most the interval after a success', () => {
    assert.deepEqual([pace(0).afterSuccess(), pace(1).afterSuccess()], [30_000, 27_000])
  })

  it('doubles up to ten minutes, and begins again after a success', () => {
    const { afterFailure, afterSuccess } = {
      afterFailure: () => steady.afterFailure(failure('back-off')),
      afterSuccess: () => steady.afterSuccess(),
    }
    const steady = pace(0.5)
    assert.deepEqual(
      Array.from({ length: 7 }, afterFailure),
      [30_000, 60_000, 120_000, 240_000, 480_000, 600_000, 600_000],
    )
    afterSuccess()
    assert.equal(afterFailure(), 30_000)
  })

  it('#66 varies by a fifth, so that many sources do not come at once', () => {
    assert.deepEqual(
      [pace(0).afterFailure(failure('back-off')), pace(1).afterFailure(failure('back-off'))],
      [24_000, 36_000],
    )
  })

  it('#65 asks again after ten minutes where somebody has to change something', () => {
    assert.equal(pace(0.5).afterFailure(failure('re-check')), 600_000)
  })

  it('waits as long as the server asks', () => {
    assert.equal(pace(0.5).afterFailure(failure('back-off', 3_600_000)), 3_600_000)
  })
})
