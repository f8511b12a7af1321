import assert from 'node:assert/strict'
import type { ArtifactEvent } from '../../../../dist/lib/events/event.js'
import { KINDS, message, moved, REPO } from './huggingface-messages.mts'
import { read, refusedPath } from './reading.mts'
import { NOW, SECRET, startSource } from './server.mts'

const one = (ref: string, oldSha: string | null, newSha: string | null): ArtifactEvent | undefined =>
  read('huggingface', moved(ref, oldSha, newSha)).events[0]

describe('the Hugging Face Hub', () => {
  for (const { scope, action, what, body, becomes } of KINDS) {
    it(`tells ${scope} ${action}, ${what}: ${becomes ?? 'ignored'}`, () => {
      const { events, ignored, many } = read('huggingface', body)
      assert.deepEqual(
        { types: events.map(({ event_type }) => event_type), ignored, many },
        { types: becomes ? [becomes] : [], ignored: becomes ? 0 : 1, many: true },
      )
    })
  }

  it('tells a change of main as a new version', () => {
    assert.deepEqual(one('refs/heads/main', 'old', 'new'), {
      event_type: 'CREATE_ARTIFACT',
      event_id: '6366c000a2abcdf2fd69a080:refs/heads/main:old..new',
      event_time: NOW.toISOString(),
      entity_name: 'some-user',
      project_name: 'models',
      artifact_collection_name: 'some-user/some-repo',
      artifact_version: 'hf://some-user/some-repo@new',
      artifact_version_string: 'some-user/models/some-user/some-repo:new',
      artifact_type: 'model',
      artifact_metadata: { url: REPO.url.web, tags: REPO.tags, ref: 'refs/heads/main', revision: 'new' },
    })
  })

  const tags: readonly (readonly [what: string, oldSha: string | null, newSha: string | null, type: string])[] = [
    ['new', null, 'b', 'ADD_ARTIFACT_ALIAS'],
    ['moved', 'a', 'b', 'ADD_ARTIFACT_ALIAS'],
    ['removed', 'a', null, 'REMOVE_ARTIFACT_ALIAS'],
  ]
  for (const [what, oldSha, newSha, type] of tags) {
    it(`tells a tag that is ${what} as ${type}`, () => {
      const event = one('refs/tags/v1.0/rc', oldSha, newSha)
      assert.deepEqual([event?.event_type, event?.alias], [type, 'v1.0/rc'])
      assert.equal(event?.artifact_version, `hf://some-user/some-repo@${newSha ?? oldSha}`)
      assert.equal(event?.artifact_version_string, 'some-user/models/some-user/some-repo:v1.0/rc')
      assert.equal(event?.event_author, undefined)
    })
  }

  it('tells each ref of a delivery as an event of its own, always with the same id', () => {
    const body = message('repo.content', 'update', {
      updatedRefs: [
        { ref: 'refs/heads/main', oldSha: 'a', newSha: 'b' },
        { ref: 'refs/tags/v1', oldSha: null, newSha: 'b' },
        { ref: 'refs/pr/1', oldSha: null, newSha: 'c' },
        { ref: 'refs/heads/dev', oldSha: 'a', newSha: 'b' },
        { ref: 'refs/heads/main', oldSha: 'b', newSha: null },
      ],
    })
    const { events, ignored } = read('huggingface', body)
    assert.deepEqual(
      events.map(({ event_type }) => event_type),
      ['CREATE_ARTIFACT', 'ADD_ARTIFACT_ALIAS'],
    )
    assert.equal(ignored, 3)
    const again = read('huggingface', body, { 'idempotency-key': 'another' }).events.map(({ event_id }) => event_id)
    assert.deepEqual(
      events.map(({ event_id }) => event_id),
      again,
    )
    assert.equal(new Set(again).size, 2)
  })

  it('has the id that the Hub gives its delivery; several refs of one have ids of their own', () => {
    const ids = (refs: readonly string[]) => {
      const updatedRefs = refs.map((ref) => ({ ref, oldSha: null, newSha: 'a' }))
      const body = message('repo.content', 'update', { updatedRefs })
      return read('huggingface', body, { 'webhook-id': 'dlv-1' }).events.map(({ event_id }) => event_id)
    }
    assert.deepEqual(ids(['refs/tags/a']), ['dlv-1'])
    assert.deepEqual(ids(['refs/pr/1', 'refs/tags/a']), ['dlv-1'])
    assert.deepEqual(ids(['refs/tags/a', 'refs/pr/1', 'refs/tags/b']), ['dlv-1/0', 'dlv-1/1'])
  })

  describe('without an id of its deliveries', () => {
    /** Sends changes of a ref one after the other, and says of each whether it is told as new. */
    async function told(changes: readonly (readonly [from: string | null, to: string | null, ref?: string])[]) {
      const events: ArtifactEvent[] = []
      const source = await startSource({
        settings: { format: 'huggingface', project: 'hub' },
        accept: async (accepted) =>
          accepted.map((event) => {
            const duplicate = events.some(({ event_id }) => event_id === event.event_id)
            if (!duplicate) events.push(event)
            return { event_id: event.event_id, duplicate, automations: 1 }
          }),
        newest: async (fits) => events.findLast(fits) ?? null,
      })
      try {
        const seen: boolean[] = []
        for (const [from, to, ref = 'refs/tags/prod'] of changes) {
          const { body } = await source.post(moved(ref, from, to))
          seen.push(!body[0].duplicate)
        }
        assert.equal(new Set(events.map(({ event_id }) => event_id)).size, seen.filter(Boolean).length)
        assert.ok(events.every(({ event_id }) => event_id.length <= 255))
        return seen
      } finally {
        await source.close()
      }
    }
    const LONG = `refs/tags/${'t'.repeat(300)}`

    it('a tag that is set, removed and set again is no duplicate, however often', async () => {
      const life = [
        [null, 'a'],
        ['a', null],
        [null, 'a'],
        ['a', null],
        [null, 'a'],
      ] as const
      assert.deepEqual(await told(life), [true, true, true, true, true])
      assert.deepEqual(await told(life.map(([from, to]) => [from, to, LONG])), [true, true, true, true, true])
    })

    it('a tag or a branch that goes back and forth is no duplicate', async () => {
      const back = [
        [null, 'a'],
        ['a', 'b'],
        ['b', 'a'],
        ['a', 'b'],
        ['b', 'c'],
        ['c', 'a'],
        ['a', 'b'],
      ] as const
      assert.ok((await told(back)).every(Boolean))
      assert.ok((await told(back.slice(1).map(([from, to]) => [from, to, 'refs/heads/main']))).every(Boolean))
    })

    it('what is told twice is a duplicate, at every place of a life', async () => {
      const twice = [
        [null, 'a'],
        ['a', null],
        [null, 'a'],
        ['a', 'b'],
      ].flatMap((change) => [change, change])
      assert.deepEqual(await told(twice as [string | null, string | null][]), [
        true,
        false,
        true,
        false,
        true,
        false,
        true,
        false,
      ])
    })

    it('what was told of another ref, or before a later change, is a duplicate', async () => {
      const others = [
        [null, 'a'],
        [null, 'a', 'refs/tags/x'],
        ['a', null, 'refs/tags/x'],
        [null, 'a'],
      ] as const
      assert.deepEqual(await told(others), [true, true, true, false])
      assert.deepEqual(
        await told([
          [null, 'a'],
          ['a', 'b'],
          [null, 'a'],
        ]),
        [true, true, false],
      )
    })
  })

  it('keeps an id short when a ref is long', () => {
    const ids = ['x', 'y'].map((end) => one(`refs/tags/${'t'.repeat(300)}${end}`, null, 'a')?.event_id)
    assert(ids.every((id) => id !== undefined && id.length <= 255))
    assert.notEqual(ids[0], ids[1])
  })

  it('tells of datasets and Spaces, and of repositories without an owner in their name', () => {
    const told = (repo: object) => {
      const [event] = read('huggingface', { ...moved('refs/tags/v1', null, 'a'), repo }).events
      return [event?.entity_name, event?.artifact_collection_name, event?.artifact_version, event?.artifact_type]
    }
    assert.deepEqual(told({ type: 'dataset', name: 'squad' }), ['acme', 'squad', 'hf://datasets/squad@a', 'dataset'])
    assert.deepEqual(told({ type: 'space', name: 'ada/demo' }), ['ada', 'ada/demo', 'hf://spaces/ada/demo@a', 'space'])
  })

  it('takes whatever was done to a narrower scope as an update of the one it knows', () => {
    const updatedRefs = [{ ref: 'refs/tags/v1', oldSha: null, newSha: 'a' }]
    for (const action of ['update', 'create', 'delete']) {
      assert.equal(read('huggingface', message('repo.content.lfs', action, { updatedRefs })).events.length, 1, action)
    }
    assert.equal(read('huggingface', message('repo.contents', 'update', { updatedRefs })).ignored, 1)
  })

  it('tells a change of content without refs, which is ignored, once', () => {
    assert.deepEqual(read('huggingface', message('repo.content', 'update')), { events: [], ignored: 1, many: true })
  })

  describe('with one change that cannot be an event', () => {
    const good = { ref: 'refs/heads/main', oldSha: 'a', newSha: 'b' }
    const BAD: [what: string, change: unknown, path: string][] = [
      ['a tag with more characters than are taken', { ref: `refs/tags/${'t'.repeat(1025)}`, newSha: 'b' }, 'alias'],
      ['a revision that is no text', { ref: 'refs/tags/v1', newSha: 7 }, 'updatedRefs[1].newSha'],
      ['no ref', {}, 'updatedRefs[1].ref'],
      ['nothing', null, 'updatedRefs[1]'],
    ]
    for (const [what, change, path] of BAD) {
      const body = message('repo.content', 'update', {
        updatedRefs: [good, change, { ref: 'refs/tags/v2', oldSha: null, newSha: 'b' }],
      })

      it(`leaves out ${what}, says so, and tells the others`, () => {
        const { events, ignored, leftOut } = read('huggingface', body)
        assert.deepEqual(
          events.map(({ event_type }) => event_type),
          ['CREATE_ARTIFACT', 'ADD_ARTIFACT_ALIAS'],
        )
        assert.equal(ignored, 0)
        assert.match(leftOut?.message ?? '', /^1 of 3 changes in a message left out, the others accepted\. /)
        assert.deepEqual(
          leftOut?.details.map((detail) => detail.path),
          [path],
        )
      })

      it(`answers 202 for what is beside ${what}, with changes that fit their events, and its source hears of it`, async () => {
        const heard: string[] = []
        const source = await startSource({
          settings: { format: 'huggingface', project: 'hub' },
          accept: async (accepted) => accepted.map(({ event_id }) => ({ event_id, duplicate: true, automations: 1 })),
          newest: async () => null,
          onLeftOut: ({ code }) => heard.push(code),
          onRefused: ({ code }) => heard.push(code),
        })
        try {
          const { status, body: receipts } = await source.post(body)
          assert.deepEqual([status, receipts.length, heard], [202, 2, ['event_invalid']])
        } finally {
          await source.close()
        }
      })
    }

    it('is refused in its own words when there is nothing else', () => {
      const tag = `refs/tags/${'t'.repeat(1025)}`
      assert.throws(() => read('huggingface', moved(tag, null, 'b')), {
        code: 'event_invalid',
        message: 'The event is not valid: alias must have at most 1024 characters.',
      })
    })

    it('names the tag by its beginning', () => {
      const updatedRefs = [good, { ref: `refs/tags/${'t'.repeat(1025)}`, newSha: 'b' }]
      const { leftOut } = read('huggingface', message('repo.content', 'update', { updatedRefs }))
      assert.equal(
        leftOut?.message,
        `1 of 2 changes in a message left out, the others accepted. some-user/some-repo, ${'t'.repeat(40)}…: ` +
          'The event is not valid: alias must have at most 1024 characters.',
      )
    })
  })

  const wrong: readonly (readonly [path: string, body: unknown])[] = [
    ['', 'text'],
    ['event.scope', {}],
    ['event.action', { event: { scope: 'repo.content' } }],
    ['repo.name', { event: { action: 'update', scope: 'repo.content' } }],
    ['updatedRefs', message('repo.content', 'update', { updatedRefs: 'x' })],
    ['updatedRefs[1].ref', message('repo.content', 'update', { updatedRefs: [{ ref: 'refs/pr/1' }, {}] })],
    ['updatedRefs[0]', message('repo.content', 'update', { updatedRefs: [null] })],
    ['updatedRefs[0].newSha', message('repo.content', 'update', { updatedRefs: [{ ref: 'refs/tags/a', newSha: 7 }] })],
  ]
  for (const [path, body] of wrong) {
    it(`is refused for ${path || 'the whole'} of ${JSON.stringify(body)}`, () =>
      assert.equal(refusedPath('huggingface', body), path))
  }

  it('shows its secret in a header, and gets an answer for each event', async () => {
    const source = await startSource({ settings: { format: 'huggingface', auth: 'shared-secret', project: 'hub' } })
    try {
      const body = moved('refs/tags/v1', null, 'a')
      assert.equal((await source.post(body)).status, 401)
      assert.equal((await source.post(body, { 'X-Webhook-Secret': 'wrong' })).status, 401)
      const told = await source.post(body, { 'X-Webhook-Secret': SECRET })
      const event_id = '6366c000a2abcdf2fd69a080:refs/tags/v1:..a'
      assert.deepEqual([told.status, told.body], [202, [{ event_id, duplicate: false, automations: 2 }]])
      const others = await source.post(message('discussion', 'create'), { 'X-Webhook-Secret': SECRET })
      assert.deepEqual([others.status, others.body, source.ignored], [202, [], 1])
    } finally {
      await source.close()
    }
  })
})
