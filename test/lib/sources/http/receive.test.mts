import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import { AutomationError } from '../../../../dist/lib/error.js'
import { createReceiver, unavailable } from '../../../../dist/lib/sources/http/receive.js'
import { linked, NOW, type Source, serve, startSource } from './server.mts'

const MIB = 1024 * 1024

describe('an HTTP source', () => {
  let source: Source
  const start = async (...options: Parameters<typeof startSource>) => {
    source = await startSource(...options)
    return source
  }
  afterEach(() => source.close())

  describe('with events', () => {
    it('answers 202 once they are accepted', async () => {
      let stored = () => {}
      const { promise } = { promise: new Promise<void>((resolve) => (stored = resolve)) }
      const accept = async () => {
        await promise
        return [{ event_id: 'x', duplicate: true, automations: 3 }]
      }
      const { post } = await start({ accept })
      const answer = post(linked)
      const early = await Promise.race([answer, new Promise((resolve) => setImmediate(() => resolve('not yet')))])
      assert.equal(early, 'not yet')
      stored()
      const { status, body, headers } = await answer
      assert.deepEqual([status, body], [202, { event_id: 'x', duplicate: true, automations: 3 }])
      assert.equal(headers['content-type'], 'application/json')
    })

    it('hands over what it read', async () => {
      const { post, accepted } = await start()
      const { body } = await post(linked)
      assert.deepEqual(body, { event_id: 'new-0', duplicate: false, automations: 2 })
      assert.deepEqual(accepted, [[{ ...linked, event_id: 'new-0', event_time: NOW.toISOString() }]])
    })

    it('answers an array with an array', async () => {
      const { post, accepted } = await start()
      const { status, body } = await post([linked, { ...linked, event_id: 'own' }])
      assert.equal(status, 202)
      assert.deepEqual(
        body.map(({ event_id }: { event_id: string }) => event_id),
        ['new-0', 'own'],
      )
      assert.equal(accepted.length, 1)
      assert.equal((await post([linked])).body.length, 1)
    })

    it('takes the id from the body, then from webhook-id, then from Idempotency-Key', async () => {
      const { post } = await start()
      const headers = { 'webhook-id': 'msg_1', 'Idempotency-Key': 'key-1' }
      const idOf = async (event: object, given: object) => (await post(event, { ...given })).body.event_id
      assert.equal(await idOf({ ...linked, event_id: 'own' }, headers), 'own')
      assert.equal(await idOf(linked, headers), 'msg_1')
      assert.equal(await idOf(linked, { 'Idempotency-Key': 'key-1' }), 'key-1')
      assert.equal(await idOf(linked, { 'webhook-id': '', 'Idempotency-Key': 'key-1' }), 'key-1')
      assert.equal(await idOf(linked, { 'X-MLflow-Delivery-Id': 'other' }), 'new-0')
    })

    it('numbers the ids of an array', async () => {
      const { post } = await start()
      const { body } = await post([linked, linked, { ...linked, event_id: 'own' }], { 'webhook-id': 'id' })
      assert.deepEqual(
        body.map(({ event_id }: { event_id: string }) => event_id),
        ['id/0', 'id/1', 'own'],
      )
      assert.equal((await post([linked], { 'webhook-id': 'id' })).body[0].event_id, 'id/0')
    })

    it('fills in the entity and project of its own', async () => {
      const { post, accepted } = await start({ settings: { entity: ' acme ', project: 'p' } })
      await post({ event_type: 'RUN_STATE' })
      assert.deepEqual([accepted[0]?.[0]?.entity_name, accepted[0]?.[0]?.project_name], ['acme', 'p'])
    })

    it('takes all that JSON can say, up to the last byte', async () => {
      const { post, accepted } = await start()
      const odd = { ...linked, note: '\u0000\u2028🚀"\\', metadata: { '__proto__ ': 1 } }
      assert.equal((await post(odd)).status, 202)
      assert.equal(accepted[0]?.[0]?.['note'], odd.note)
      const full = JSON.stringify({ ...linked, note: '' })
      const note = 'x'.repeat(MIB - full.length)
      assert.equal((await post({ ...linked, note })).status, 202)
      assert.equal((await post({ ...linked, note: `${note}x` })).status, 413)
    })
  })

  const answers: readonly (readonly [
    what: string,
    status: number,
    headers: Record<string, string | undefined>,
    body?: string | Buffer,
  ])[] = [
    ['application/json', 202, {}],
    ['a charset of utf-8', 202, { 'Content-Type': 'application/json; charset=utf-8' }],
    ['a charset in other spellings', 202, { 'Content-Type': 'Application/JSON;  Charset="UTF-8"' }],
    ['a charset of utf8', 202, { 'Content-Type': 'application/json;charset=utf8' }],
    ['another parameter', 202, { 'Content-Type': 'application/json; profile=x' }],
    ['no encoding', 202, { 'Content-Encoding': 'identity' }],
    ['a byte order mark', 202, {}, `\ufeff${JSON.stringify(linked)}`],
    ['spaces around it', 202, {}, ` \r\n${JSON.stringify(linked)}\n\n`],
    ['no content type', 415, { 'Content-Type': undefined }],
    ['a form', 415, { 'Content-Type': 'application/x-www-form-urlencoded' }],
    ['text', 415, { 'Content-Type': 'text/plain' }],
    ['a type that begins alike', 415, { 'Content-Type': 'application/json-patch+json' }],
    ['another charset', 415, { 'Content-Type': 'application/json; charset=latin1' }],
    [
      'UTF-16',
      415,
      { 'Content-Type': 'application/json; charset=utf-16' },
      Buffer.from(JSON.stringify(linked), 'utf16le'),
    ],
    ['gzip', 415, { 'Content-Encoding': 'gzip' }, gzipSync(JSON.stringify(linked))],
    ['brotli and gzip', 415, { 'Content-Encoding': 'br, gzip' }],
    ['nothing', 400, {}, ''],
    ['no JSON', 400, {}, '{"event_type":'],
    ['JSON of JavaScript', 400, {}, "{event_type:'RUN_STATE'}"],
    [
      'bytes that are no UTF-8',
      400,
      {},
      Buffer.concat([Buffer.from('{"event_type":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]),
    ],
    ['null', 400, {}, 'null'],
    ['a text', 400, {}, '"LINK_ARTIFACT"'],
    ['an empty object', 400, {}, '{}'],
    ['an empty array', 400, {}, '[]'],
    ['an array in an array', 400, {}, JSON.stringify([[linked]])],
    ['an event of which one in an array is wrong', 400, {}, JSON.stringify([linked, {}])],
    ['nesting without end', 400, {}, '['.repeat(MIB)],
    ['an id that is too long', 400, { 'webhook-id': 'x'.repeat(256) }],
  ]
  for (const [what, status, headers, body = JSON.stringify(linked)] of answers) {
    it(`#93 answers ${status} to ${what}`, async () => {
      const { post, accepted } = await start()
      const answer = await post(body, headers)
      assert.equal(answer.status, status)
      assert.equal(accepted.length, status === 202 ? 1 : 0)
      if (status !== 202) {
        assert.deepEqual(Object.keys(answer.body), ['error'])
        assert.deepEqual(Object.keys(answer.body.error), ['code', 'message', 'details'])
      }
    })
  }

  it('says what is wrong, and where', async () => {
    const { post } = await start()
    const { status, body } = await post([
      linked,
      { ...linked, event_type: 'ADD_ARTIFACT_ALIAS', artifact_collection_name: '' },
    ])
    assert.equal(status, 400)
    assert.deepEqual(body.error.code, 'event_invalid')
    assert.deepEqual(body.error.details, [
      { path: '[1].artifact_collection_name', message: 'is required for ADD_ARTIFACT_ALIAS' },
      { path: '[1].alias', message: 'is required for ADD_ARTIFACT_ALIAS' },
    ])
  })

  describe('with another method', () => {
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD']) {
      it(`#95 answers 405 to ${method}, and says what is allowed`, async () => {
        const { post, refused } = await start()
        const { status, headers, body } = await post('', {}, method)
        assert.deepEqual([status, headers.allow], [405, 'POST'])
        assert.equal(body?.error.code, method === 'HEAD' ? undefined : 'method_not_allowed')
        assert.deepEqual(refused, ['method_not_allowed'])
      })
    }
  })

  it('refuses by method first, then size, then secret, then type, then content', async () => {
    const { post } = await start({ settings: { auth: 'bearer' } })
    const big = 'x'.repeat(MIB + 1)
    const text = { 'Content-Type': 'text/plain' }
    const known = { Authorization: 'Bearer wandb-secret' }
    assert.equal((await post(big, text, 'PUT')).status, 405)
    assert.equal((await post(big, text)).status, 413)
    assert.equal((await post('x', text)).status, 401)
    assert.equal((await post('x', { ...text, ...known })).status, 415)
    assert.equal((await post('x', known)).status, 400)
  })

  describe('when events cannot be stored', () => {
    const failures: readonly (readonly [error: Error, status: number, retryAfter: string | undefined, code: string])[] =
      [
        [new AutomationError('store_unavailable', 'disk /secret/path is full'), 503, '30', 'store_unavailable'],
        [new AutomationError('store_corrupt', 'broken'), 503, '30', 'store_unavailable'],
        [new AutomationError('cursor_moved', 'later'), 503, '30', 'store_unavailable'],
        [new AutomationError('store_missing', 'a setting at /secret/path'), 500, undefined, 'internal'],
        [new AutomationError('webhook_invalid', 'none of a sender’s business: secret'), 500, undefined, 'internal'],
        [new Error('a fault of ours at /secret/path'), 500, undefined, 'internal'],
      ]
    for (const [error, status, retryAfter, code] of failures) {
      it(`answers ${status} for ${error.message}, tells the operator why, and the sender not`, async () => {
        const { post, errors } = await start({ accept: () => Promise.reject(error) })
        const { status: answered, headers, body } = await post(linked)
        assert.deepEqual([answered, headers['retry-after'], body.error.code], [status, retryAfter, code])
        assert.doesNotMatch(JSON.stringify(body), /secret/)
        assert.deepEqual(errors, [error])
      })
    }
  })
})

describe('a source that cannot take events as it is set', () => {
  const without = async () => (await startSource({ settings: { auth: 'bearer' }, secret: () => undefined })) as Source
  const kinds: readonly (readonly [what: string, start: () => Promise<Pick<Source, 'post' | 'close'>>])[] = [
    ['with wrong settings', () => serve(unavailable)],
    ['without a secret', without],
  ]
  for (const [what, start] of kinds) {
    it(`${what} lets nobody drop an event: it asks everybody to come again, and does not say why`, async () => {
      const source = await start()
      try {
        for (const body of [linked, 'x'.repeat(MIB), '']) {
          const answer = await source.post(body, { Authorization: 'Bearer ' })
          assert.deepEqual([answer.status, answer.headers['retry-after']], [503, '30'])
          assert.deepEqual(Object.keys(answer.body.error), ['code', 'message', 'details'])
          assert.equal(answer.body.error.code, 'source_unavailable')
          assert.doesNotMatch(JSON.stringify(answer.body), /secret|settings|format/)
        }
        const get = await source.post('', {}, 'GET')
        assert.deepEqual([get.status, get.headers.allow], [405, 'POST'])
      } finally {
        await source.close()
      }
    })
  }

  it('without a secret is no news: neither a refusal of a sender nor an error', async () => {
    const source = await without()
    await source.post(linked)
    assert.deepEqual([source.refused, source.errors], [[], []])
    await source.close()
  })
})

describe('a source that could never accept anything', () => {
  const refused: readonly (readonly [settings: object, path: string])[] = [
    [{ format: 'xml' }, 'format'],
    [{ auth: '' }, 'auth'],
    [{ auth: 'digest' }, 'auth'],
    [{ auth: 'header', headerName: '' }, 'headerName'],
    [{ auth: 'header', headerName: 'Content-Length' }, 'headerName'],
    [{ format: 'mlflow', project: 'p' }, 'entity'],
    [{ format: 'mlflow', entity: 'e' }, 'project'],
    [{ format: 'huggingface' }, 'project'],
    [{ format: 'mapped' }, 'mapping'],
    [{ format: 'mapped', mapping: ' \n' }, 'mapping'],
  ]
  for (const [settings, path] of refused) {
    it(`is refused: ${JSON.stringify(settings)}`, () => {
      assert.throws(
        () =>
          createReceiver({
            settings: {
              path: '/',
              format: 'event',
              auth: 'none',
              headerName: '',
              mapping: '',
              entity: '',
              project: '',
              ...settings,
            },
            secret: () => undefined,
            accept: async () => [],
            now: () => NOW,
            newId: () => '',
          }),
        (error) =>
          error instanceof AutomationError && error.code === 'source_invalid' && error.details[0]?.path === path,
      )
    })
  }
})
