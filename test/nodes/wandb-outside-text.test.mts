import assert from 'node:assert/strict'
import { eventually } from '../e2e/harness/wait.mts'
import type { Fault } from '../standin/faults.mts'
import { collects, trigger } from './automation.mts'
import { useNodeRed } from './harness.mts'
import { type Company, company } from './wandb.mts'

/** How a server repeats the key that it was sent. */
const ECHOES: Record<string, (key: string) => string> = {
  plain: (key) => key,
  base64: (key) => Buffer.from(`api:${key}`).toString('base64'),
  'percent-encoded base64': (key) =>
    encodeURIComponent(Buffer.from(`api:${key}`).toString('base64')).replace(/%../g, (code) => code.toLowerCase()),
  hex: (key) => Buffer.from(key).toString('hex'),
  'escaped in JSON': (key) => Array.from(key, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
}

const FAULTS: Record<string, (echo: string) => Fault> = {
  ...Object.fromEntries(
    [301, 400, 401, 403, 404, 413, 418, 422, 429, 500, 501, 502].flatMap((status) => [
      [
        `an error of status ${status}`,
        (echo: string): Fault => ({ kind: 'status', status, body: `{"errors":[{"message":"${echo}"}]}` }),
      ],
      [`a text of status ${status}`, (echo: string): Fault => ({ kind: 'status', status, body: `you sent ${echo}` })],
    ]),
  ),
  'errors in a 200': (echo) => ({ kind: 'status', status: 200, body: `{"errors":["${echo}"],"data":null}` }),
  'one error in a 200': (echo) => ({ kind: 'status', status: 200, body: `{"error":{"message":"${echo}"}}` }),
  'an error without a message': (echo) => ({ kind: 'status', status: 200, body: `{"error":{"sent":"${echo}"}}` }),
  'a part of an answer': (echo) => ({ kind: 'partial', message: echo }),
  'a text in a 200': (echo) => ({ kind: 'status', status: 200, body: echo, headers: { 'content-type': 'text/plain' } }),
  'half an answer': (echo) => ({ kind: 'status', status: 200, body: `{"data":{"viewer":"${echo}` }),
  'an answer of another shape': (echo) => ({
    kind: 'status',
    status: 200,
    body: `{"data":{"viewer":"${echo}","project":["${echo}"]}}`,
  }),
  'its content type': (echo) => ({
    kind: 'status',
    status: 200,
    body: 'x',
    headers: { 'content-type': `text/${echo.replaceAll('\\', '')}` },
  }),
}

/** The test reads everything that leaves the package: answers, statuses (which go over the editor's websocket), the log. */
describe('what a W&B server says', function () {
  this.timeout(120_000)
  const nodeRed = useNodeRed()
  let wandb: Company
  beforeEach(async () => {
    wandb = await company()
    await nodeRed.load([...wandb.nodes, trigger({ pattern: '', wires: [['out']] }), collects('out')], wandb.credentials)
    await wandb.polls(2)
  })
  afterEach(() => wandb.close())

  const call = async (route: string, body: object = {}) =>
    (await nodeRed.fetch(`/artifact-automations/sources/source/${route}`, { body })).text()

  function assertNothingOf(key: string, text: string, where: string): void {
    for (const [name, echo] of Object.entries(ECHOES)) {
      assert.ok(!text.includes(echo(key)), `${where}, ${name}: ${text.slice(0, 2000)}`)
    }
    // not even most of it
    assert.ok(!text.includes(key.slice(0, 20)) && !text.includes(key.slice(-20)), `${where}: ${text.slice(0, 2000)}`)
  }

  it('shows its key in no answer, no status and no line of the log, however it repeats it in an error', async () => {
    const key = String(wandb.ada.keys[0])
    for (const [name, fault] of Object.entries(FAULTS)) {
      for (const [how, echo] of Object.entries(ECHOES)) {
        wandb.standin.faults.always(fault(echo(key)))
        const texts = [await call('explore'), await call('automations'), await call('explore', { project: 'training' })]
        for (const text of texts) assertNothingOf(key, text, `${name}, ${how}`)
        if (how === 'plain') assert.match(texts[0] ?? '', /\*\*\*|error/)
      }
    }
    wandb.standin.faults.always(FAULTS['errors in a 200']?.(ECHOES['base64']?.(key) ?? '') ?? null)
    await eventually(async () => nodeRed.errorsOf('source').length > 0, 'the failure is logged', 20_000)
    assertNothingOf(key, JSON.stringify([nodeRed.errorsOf('source'), nodeRed.statusOf('trigger')]), 'log and status')
    assert.match(JSON.stringify(nodeRed.errorsOf('source')), /\*\*\*/)
  })

  it('shows its key in no name that it gives, no automation and no event', async () => {
    const key = String(wandb.ada.keys[0])
    const { world, team, model, first, portfolio } = wandb
    for (const [index, echo] of Object.values(ECHOES).entries()) {
      world.addProject(team, `p${index}-${echo(key)}`)
      const integration = world.addWebhook(
        team,
        echo(key),
        `https://x.example/${index}?key=${encodeURIComponent(echo(key))}`,
      )
      world.addTrigger(model, {
        name: echo(key),
        eventType: 'LINK_MODEL',
        filter: {},
        action: { kind: 'webhook', integration, payload: JSON.stringify({ key: echo(key) }) },
      })
    }
    assertNothingOf(key, await call('explore'), 'explore')
    assertNothingOf(key, await call('automations'), 'automations')
    world.addAlias(first, portfolio, key)
    const [message] = await nodeRed.messages('out', 1, 20_000)
    assertNothingOf(key, JSON.stringify(message), 'the message')
    assert.match(JSON.stringify(message), /"alias":"\*\*\*"/)
    assertNothingOf(key, await (await nodeRed.fetch('/artifact-automations/events')).text(), 'the events')
  })
})
