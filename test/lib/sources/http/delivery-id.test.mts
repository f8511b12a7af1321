import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import type { Format } from '../../../../dist/lib/sources/http/settings.js'
import { linked, NOW, SECRET, type Source, startSource } from './server.mts'

const seconds = Math.floor(NOW.getTime() / 1000)
type Headers = Record<string, string>

/** Headers with which a body is signed, and that name the delivery where the signature covers the name. */
const SIGNED: Record<string, (body: string, id: string) => Headers> = {
  'X-Wandb-Signature': (body) => ({ 'X-Wandb-Signature': hmac('hex', body) }),
  'X-Hub-Signature-256': (body) => ({ 'X-Hub-Signature-256': `sha256=${hmac('hex', body)}` }),
  'X-MLflow-Signature of the first releases': (body) => ({ 'X-MLflow-Signature': `sha256=${hmac('hex', body)}` }),
  'webhook-signature': (body, id) => ({
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${hmac('base64', `${id}.${seconds}.${body}`)}`,
  }),
  'svix-signature': (body, id) => ({
    'svix-id': id,
    'svix-timestamp': String(seconds),
    'svix-signature': `v1,${hmac('base64', `${id}.${seconds}.${body}`)}`,
  }),
  'X-MLflow-Signature': (body, id) => ({
    'X-MLflow-Delivery-Id': id,
    'X-MLflow-Timestamp': String(seconds),
    'X-MLflow-Signature': `v1,${hmac('base64', `${id}.${seconds}.${body}`)}`,
  }),
}
const hmac = (encoding: 'hex' | 'base64', text: string) => createHmac('sha256', SECRET).update(text).digest(encoding)

const BODY_ALONE = ['X-Wandb-Signature', 'X-Hub-Signature-256', 'X-MLflow-Signature of the first releases']
const WITH_ID = ['webhook-signature', 'svix-signature', 'X-MLflow-Signature']

/** Headers in which anybody on the way may write an id. */
const LOOSE = ['webhook-id', 'svix-id', 'Idempotency-Key']

/** Formats of which a header is the own one. */
const FORMAT_OF: Readonly<Record<string, Format>> = {
  'X-GitHub-Delivery': 'mapped',
  'X-MLflow-Delivery-Id': 'mlflow',
  'ce-id': 'cloudevents',
}

const earlier = JSON.stringify(linked)
const later = JSON.stringify({ ...linked, artifact_collection_name: 'other' })

describe('the id that headers give a delivery', () => {
  let source: Source
  afterEach(() => source.close())
  const idOf = async (body: string, headers: Headers): Promise<string> => {
    const answer = await source.post(body, headers)
    assert.equal(answer.status, 202, JSON.stringify(answer.body))
    return [answer.body].flat()[0].event_id
  }

  it('has room for places behind it, however long it may be', async () => {
    source = await startSource({ settings: { auth: 'none' } })
    const longest = 'i'.repeat(255)
    assert.equal(await idOf(earlier, { 'webhook-id': longest }), longest)
    const several = `[${earlier},${later}]`
    const ids = [await idOf(several, { 'webhook-id': longest }), await idOf(several, { 'webhook-id': longest })]
    assert.deepEqual([ids[0]?.length, ids[0]?.slice(-2)], [66, '/0'])
    assert.equal(ids[0], ids[1])
    assert.notEqual(await idOf(several, { 'webhook-id': `${longest.slice(1)}j` }), ids[0])
    assert.equal((await source.post(several, { 'webhook-id': `${longest}i` })).status, 400)
  })

  it('is the text that its sender wrote, in UTF-8 or Latin 1', async () => {
    source = await startSource({ settings: { auth: 'none' } })
    // of bytes that follow in a piece of their own Node.js sends the head as bytes too
    const idIn = async (header: string) =>
      (await source.post(Buffer.from(earlier), { 'webhook-id': header })).body.event_id
    assert.equal(await idIn(Buffer.from('配信-1').toString('latin1')), '配信-1')
    assert.equal(await idIn('h\u00e9'), 'h\u00e9')
  })

  for (const scheme of BODY_ALONE) {
    for (const header of LOOSE) {
      it(`is tied to the body where ${scheme} does not cover ${header}: a captured body takes no other one’s id`, async () => {
        source = await startSource({ settings: { auth: 'signature' } })
        const send = (body: string, id: string) => idOf(body, { ...SIGNED[scheme]!(body, id), [header]: id })
        const captured = await send(earlier, 'evt-2')
        const real = await send(later, 'evt-2')
        assert.notEqual(captured, real)
        // repeated as it was, it is the same
        assert.equal(await send(later, 'evt-2'), real)
        assert.match(real, /^evt-2\./)
        assert.ok((await send(later, 'x'.repeat(255))).length <= 255)
        const array = JSON.stringify([linked, linked])
        const { body } = await source.post(array, { ...SIGNED[scheme]!(array, ''), [header]: 'y'.repeat(250) })
        assert.deepEqual(
          body.map(({ event_id: id }: { event_id: string }) => id.length <= 255 && id.slice(-2)),
          ['/0', '/1'],
        )
      })
    }

    it(`is tied to the body, too, where ${scheme} does not cover MLflow’s own header`, async () => {
      source = await startSource({ settings: { auth: 'signature', format: 'mlflow', entity: 'acme', project: 'p' } })
      const message = (name: string) =>
        JSON.stringify({ entity: 'model_version', action: 'created', data: { name, version: '1' } })
      const send = (body: string) => idOf(body, { ...SIGNED[scheme]!(body, ''), 'X-MLflow-Delivery-Id': 'd-2' })
      assert.notEqual(await send(message('a')), await send(message('b')))
    })
  }

  for (const scheme of WITH_ID) {
    it(`is what ${scheme} covers, before anything that was added on the way`, async () => {
      source = await startSource({ settings: { auth: 'signature' } })
      const signed = SIGNED[scheme]!(earlier, 'evt-2')
      assert.equal(await idOf(earlier, signed), 'evt-2')
      for (const header of [...LOOSE, 'X-MLflow-Delivery-Id']) {
        if (Object.keys(signed).some((name) => name.toLowerCase() === header.toLowerCase())) continue
        assert.equal(await idOf(earlier, { ...signed, [header]: 'another' }), 'evt-2', header)
      }
    })
  }

  it('is what one of several signatures covers', async () => {
    source = await startSource({ settings: { auth: 'signature' } })
    const both = { ...SIGNED['X-Wandb-Signature']!(earlier, ''), ...SIGNED['svix-signature']!(earlier, 'evt-2') }
    assert.equal(await idOf(earlier, { ...both, 'webhook-id': 'another' }), 'evt-2')
  })

  it('does not count where the body, which is signed, has one', async () => {
    source = await startSource({ settings: { auth: 'signature' } })
    const body = JSON.stringify({ ...linked, event_id: 'own' })
    for (const scheme of [...BODY_ALONE, ...WITH_ID]) {
      assert.equal(await idOf(body, { ...SIGNED[scheme]!(body, 'x'), 'Idempotency-Key': 'y' }), 'own', scheme)
    }
  })

  it('is as it was sent where a secret vouches for all of the request, or nothing is asked for', async () => {
    const secrets: Headers = { Authorization: `Bearer ${SECRET}`, 'X-Webhook-Secret': SECRET }
    for (const auth of ['bearer', 'shared-secret', 'none'] as const) {
      source = await startSource({ settings: { auth } })
      for (const header of LOOSE) assert.equal(await idOf(earlier, { ...secrets, [header]: 'evt-2' }), 'evt-2')
      await source.close()
    }
  })

  for (const header of [...LOOSE, 'X-GitHub-Delivery', 'X-MLflow-Delivery-Id', 'ce-id']) {
    it(`does not hold the source’s secret, whoever wrote it into ${header}`, async () => {
      const format = FORMAT_OF[header] ?? 'event'
      source = await startSource({
        settings: { auth: 'bearer', format, mapping: 'body', entity: 'acme', project: 'p' },
        map: async () => linked,
      })
      const id = `of ${SECRET} 1`
      const message = { entity: 'model_version', action: 'created', data: { name: 'm', version: '1' } }
      const body = JSON.stringify(format === 'mlflow' ? message : linked)
      const binary = { 'ce-specversion': '1.0', 'ce-source': `/${SECRET}`, 'ce-type': 'linked' }
      const proof = { Authorization: `Bearer ${SECRET}` }
      const made = await idOf(body, { ...(header === 'ce-id' && binary), ...proof, [header]: id })
      assert.match(made, /of \*\*\* 1$/)
      assert(!JSON.stringify(source.accepted).includes(SECRET))
    })
  }

  it('nor does a refusal that names what the request says of its body', async () => {
    source = await startSource({ settings: { auth: 'bearer', format: 'cloudevents' } })
    const secret = SECRET.toUpperCase()
    for (const [name, value] of [
      ['Content-Encoding', SECRET],
      ['Content-Type', `application/cloudevents+${SECRET}`],
      ['Content-Type', `text/${SECRET}`],
    ] as const) {
      const headers = {
        Authorization: `Bearer ${SECRET}`,
        'ce-specversion': '1.0',
        'ce-id': '1',
        'ce-source': '/',
        'ce-type': 't',
      }
      const { status, body } = await source.post(earlier, { ...headers, [name]: value })
      assert.equal(status, 415)
      assert(!JSON.stringify(body).toUpperCase().includes(secret), JSON.stringify(body))
    }
  })
})
