import assert from 'node:assert/strict'
import { eventually } from '../e2e/harness/wait.mts'
import { event } from '../nodes/automation.mts'
import { Cluster, stopServer } from './cluster.mts'
import { automation, eventOf, PATIENCE } from './site.mts'

describe('two Node-RED whose PostgreSQL stands behind a pooler in transaction mode', () => {
  const cluster = new Cluster({}, 4)
  after(async () => {
    await cluster.clear()
    await stopServer()
  })

  it('#114 keep order and pauses, know each other’s events, and take over from one that is killed', async () => {
    await cluster.prepare(2)
    await cluster.startAll(automation(cluster.site(0).receiver.url, { hook: { ordering: 'collection' } }))
    await cluster.ready()
    await cluster.ready()
    const owned = async () => (await cluster.ownerOf('webhook/webhook')) !== null
    await eventually(owned, 'nobody has the webhook', PATIENCE)
    const { receiver } = cluster.site(0)
    const all = Array.from({ length: 30 }, (_, index) => `e${index}`)
    for (const [index, id] of all.entries()) await cluster.site(index % 2).accept(id)
    await cluster.site(0).arrived(all)
    assert.deepEqual(receiver.requests.map(eventOf), all)
    assert.match((await cluster.site(1).post(event({ event_id: 'e0' }))).text, /"duplicate":true/)

    await cluster.site(1).admin('POST', '/webhooks/webhook/pause')
    const paused = async () =>
      (await cluster.site(0).admin<{ webhooks: { state: string }[] }>('GET', '/webhooks')).webhooks[0]?.state ===
      'paused'
    await eventually(paused, 'the other one does not know of the pause', PATIENCE)
    await cluster.site(0).accept('paused')
    await cluster.site(0).kill()
    await cluster.site(1).admin('POST', '/webhooks/webhook/resume')
    await cluster.site(1).accept('after')
    await cluster.site(0).arrived(['paused', 'after'])
    await cluster.site(1).until('delivered', 32)
  })
})
