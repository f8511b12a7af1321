import assert from 'node:assert/strict'
import { automation, eventOf, onTab, useSite } from './site.mts'

describe('A message that can never be sent', () => {
  const site = useSite()

  it('#62 fails with its reason, and those before and after it arrive', async () => {
    const text =
      '{"event": "${event.event_id}", "once": "${event.note}", "twice": "${event.note}", "must": "${event.must}"}'
    const caught = [
      { id: 'catching', type: 'catch', name: '', scope: null, uncaught: false, wires: [['caught']] },
      { id: 'caught', type: 'debug', name: '', active: true, tosidebar: true, complete: 'error', wires: [] },
    ]
    const flow = automation(site.receiver.url, { text }).slice(1)
    const spoiled = {
      id: 'spoil',
      type: 'function',
      name: '',
      func: 'if (msg.event.spoil) { msg.payload = { itself: null }; msg.payload.itself = msg.payload }\nreturn msg',
      outputs: 1,
      wires: [['sender']],
    }
    const strict = flow.map((node) =>
      node.id === 'template' ? { ...node, missing: 'error', wires: [['spoil']] } : node,
    )
    const { pid } = await site.start(onTab([...strict, spoiled, ...caught]))
    await site.nodeRed.listen()
    await site.accept('before', { must: 'm', note: 'n' })
    const poison: [string, object, RegExp][] = [
      ['missing', { note: 'n' }, /variable_missing|must/],
      ['too large', { must: 'm', note: 'x'.repeat(600_000) }, /payload_too_large|1 MiB/],
      ['circular', { must: 'm', note: 'n', spoil: true }, /payload|JSON/],
    ]
    for (const [id, more] of poison) await site.accept(id, more)
    await site.accept('after', { must: 'm', note: 'n' })
    await site.arrived(['before', 'after'])
    for (const [, , words] of poison) {
      await site.nodeRed.sawPushed(({ topic, data }) => topic === 'debug' && words.test((data as { msg: string }).msg))
    }
    assert.deepEqual(site.receiver.requests.map(eventOf).sort(), ['after', 'before'])

    // and it does not come back as a crash loop
    await site.kill()
    const again = await site.start()
    await site.accept('much later', { must: 'm', note: 'n' })
    await site.arrived(['much later'])
    assert.notEqual(again.pid, pid)
  })
})

describe('A redelivery', () => {
  const site = useSite()

  it('#63 while the endpoint is still down is one more attempt of the same delivery; when it is up it arrives', async () => {
    site.receiver.answer((_request, response) => {
      response.statusCode = 500
      response.end()
    })
    await site.start(automation(site.receiver.url, { hook: { schedule: '' } }))
    const ids = Array.from({ length: 9 }, (_, index) => `e${index}`)
    for (const id of ids) await site.accept(id)
    await site.until('failed', 9)
    await site.admin('POST', '/deliveries/redeliver', { status: 'failed' })
    await site.receiver.received(18)
    const failed = await site.until('failed', 9)
    assert.deepEqual(new Set(failed.map(({ attempts }) => attempts)), new Set([2]))

    site.receiver.answer((_request, response) => response.end('ok'))
    const { redelivered } = await site.admin<{ redelivered: number }>('POST', '/deliveries/redeliver', {
      webhook: 'webhook',
      status: 'failed',
    })
    assert.equal(redelivered, 9)
    const rows = await site.until('delivered', 9)
    assert.deepEqual(new Set(rows.map(({ attempts }) => attempts)), new Set([3]))
    assert.equal(site.receiver.requests.length, 27)
    for (const id of ids) {
      const own = site.receiver.requests.filter((request) => eventOf(request) === id)
      assert.equal(new Set(own.map(({ headers }) => headers['webhook-id'])).size, 1)
      assert.equal(new Set(own.map(({ body }) => body.toString())).size, 1)
      assert.deepEqual(
        own.map(({ headers }) => headers['x-automation-attempt']),
        ['1', '2', '3'],
      )
    }
    await site.admin('POST', `/deliveries/${rows[0]!.id}/redeliver`, {})
    await site.receiver.received(28)
  })
})
