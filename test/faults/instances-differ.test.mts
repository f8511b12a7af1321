import assert from 'node:assert/strict'
import { eventually } from '../e2e/harness/wait.mts'
import { secret, secretId } from '../nodes/automation.mts'
import { Cluster, stopServer } from './cluster.mts'
import { automation, PATIENCE } from './site.mts'

interface Listed {
  readonly id: string
  readonly state: string
  readonly reason: string | null
  readonly waiting: number
}

// Real Node-RED on a real PostgreSQL, whose flows or credentials are not the same.
describe('Node-RED on one PostgreSQL that differ', () => {
  const cluster = new Cluster()
  afterEach(() => cluster.clear())
  after(() => stopServer())

  const flow = (senderId: string, hook: object = {}) =>
    automation(cluster.site(0).receiver.url, { hook }).map((node) => {
      if (node.id === 'sender') return { ...node, id: senderId }
      return node.id === 'template' ? { ...node, wires: [[senderId]] } : node
    })
  const arrived = (...ids: string[]) => cluster.site(0).arrived(ids)
  const webhookOf = async (index: number) => {
    const { webhooks } = await cluster.site(index).admin<{ webhooks: Listed[] }>('GET', '/webhooks')
    return webhooks.find(({ id }) => id === 'webhook')!
  }

  it('send each what waits for senders that only one of them has', async () => {
    await cluster.prepare(2)
    await cluster.start(0, flow('one'))
    await cluster.start(1, flow('two'))
    await cluster.ready()
    await Promise.all([cluster.site(0).accept('of the first'), cluster.site(1).accept('of the second')])
    await arrived('of the first', 'of the second')
    // whoever has the webhook now lacks one of both again
    await Promise.all([cluster.site(0).accept('again 1'), cluster.site(1).accept('again 2')])
    await arrived('again 1', 'again 2')
    assert.equal((await webhookOf(0)).state, 'working')
  })

  it('say of deliveries whose sender none of them has that they wait for it', async () => {
    await cluster.prepare(2)
    cluster.site(0).receiver.answer((_request, response) => response.writeHead(503).end())
    await cluster.start(0, flow('one', { schedule: '1s, 1s, 1s, 1h' }))
    await cluster.start(1, flow('two', { schedule: '1s, 1s, 1s, 1h' }))
    await cluster.ready()
    await cluster.site(0).accept('nobody’s')
    await cluster.site(0).until('pending', 1)
    await cluster.site(0).deploy(flow('other'))
    for (const index of [0, 1]) {
      const said = async () => {
        const { state, reason } = await webhookOf(index)
        return state === 'broken' && /sender/.test(reason ?? '')
      }
      await eventually(said, `${index} does not say that the sender is missing`, PATIENCE)
    }
    cluster.site(0).receiver.answer((_request, response) => response.end('ok'))
    await cluster.site(1).deploy(flow('one'))
    await cluster.site(0).until('delivered', 1)
    await eventually(async () => (await webhookOf(0)).state === 'working', 'it stays broken', PATIENCE)
  })

  it('leave a webhook to one that has its secret, when another credentialSecret has emptied the credentials', async () => {
    await cluster.prepare(2)
    const guarded = [
      ...flow('sender', { accessToken: secretId('TOKEN') }),
      { ...secret('TOKEN'), credentials: { value: 'its value' } },
    ]
    for (const index of [0, 1]) {
      await cluster.start(index)
      await cluster.site(index).deploy(guarded)
    }
    await cluster.ready()
    await cluster.site(0).accept('before')
    await arrived('before')
    for (const index of [0, 1]) await cluster.site(index).nodeRed.stop()
    await cluster.start(0, undefined, {}, { credentialSecret: 'another' })
    await cluster.site(0).nodeRed.logged(/credentials/i, PATIENCE)
    await eventually(async () => (await webhookOf(0)).state === 'broken', 'it does not say so', PATIENCE)
    await cluster.site(0).accept('without the secret')
    await cluster.start(1)
    await arrived('without the secret')
    for (const { headers } of cluster.site(0).receiver.requests) {
      assert.equal(headers['authorization'], 'Bearer its value')
    }
    // what it sent is known to be over, else nobody could send it again
    await cluster.site(0).until('delivered', 2)
    // now none has it
    await cluster.site(1).kill()
    await cluster.site(0).accept('nobody’s')
    await cluster.site(0).until('pending', 1)
    // as long as the other one seems to live it could send it
    const isTold = async () => {
      const { state, waiting } = await webhookOf(0)
      return state === 'broken' && waiting === 1
    }
    await eventually(isTold, 'it does not say that one waits', PATIENCE)
    assert.match((await webhookOf(0)).reason!, /secret|value/i)
    await cluster.site(0).nodeRed.listen()
    await cluster.site(0).shows('sender', /1 waiting/)
  })
})
