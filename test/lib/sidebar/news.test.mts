import assert from 'node:assert/strict'
import { News, type Trouble } from '../../../dist/nodes/runtime/news.js'

describe('hints for open editors', () => {
  const published: { topic: string; data: object; retain: boolean }[] = []
  let timers: (() => void)[] = []
  let troubles: Trouble[] = []
  let news: News

  beforeEach(() => {
    published.length = 0
    timers = []
    troubles = []
    news = new News({
      publish: (topic, data, retain) => published.push({ topic, data, retain }),
      troubles: async () => troubles,
      later: (call) => timers.push(call),
    })
  })

  const next = async () => {
    timers.shift()?.()
    await new Promise(setImmediate)
  }
  const hints = () => published.filter(({ topic }) => topic.endsWith('/news')).map(({ data }) => data)

  it('tell many changes once, and rest before the next', async () => {
    for (let change = 0; change < 1_000; change += 1) news.changed('deliveries')
    news.changed('events')
    assert.equal(timers.length, 1)
    await next()
    assert.deepEqual(hints(), [{ matters: ['deliveries', 'events'] }])
    news.changed('deliveries')
    assert.equal(hints().length, 1)
    await next() // the rest is over: what came meanwhile is collected
    await next()
    assert.deepEqual(hints()[1], { matters: ['deliveries'] })
    await next()
    assert.equal(timers.length, 0, 'nothing is planned while nothing changes')
  })

  it('tell of troubles when they change, and keep them for editors that open later', async () => {
    troubles = [{ kind: 'webhook', id: 'w', state: 'resting' }]
    news.changed('deliveries')
    for (let step = 0; step < 2; step += 1) await next()
    news.changed('deliveries')
    for (let step = 0; step < 2; step += 1) await next()
    troubles = []
    news.changed('deliveries')
    for (let step = 0; step < 2; step += 1) await next()
    const told = published.filter(({ topic }) => topic.endsWith('/troubles'))
    assert.deepEqual(
      told.map(({ data }) => data),
      [{ troubles: [{ kind: 'webhook', id: 'w', state: 'resting' }] }, { troubles: [] }],
    )
    assert.ok(told.every(({ retain }) => retain))
  })

  it('say after a start that all is well, to editors that know otherwise from before', async () => {
    news.changed('flows')
    await next()
    news.changed('flows')
    for (let step = 0; step < 2; step += 1) await next()
    const told = published.filter(({ topic }) => topic.endsWith('/troubles'))
    assert.deepEqual(told, [{ topic: 'artifact-automations/troubles', data: { troubles: [] }, retain: true }])
  })
})
