import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { Receiver } from '../e2e/harness/receiver.mts'
import { fences } from '../package/markdown.mts'
import { collects, event, sender, source, template, trigger, webhook } from './automation.mts'
import { useNodeRed } from './harness.mts'

const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/understand.md'), 'utf8')

/** What a `curl` of the page asks, and the answer that stands below it. */
function examples(section: string): { url: string; body: string | undefined; answer: unknown }[] {
  const blocks = fences(page.split(/^(?=## )/m).find((part) => part.startsWith(`## ${section}\n`)) ?? '')
  return blocks.flatMap(({ language, text }, index) => {
    const [, url = ''] = /^curl '?http:\/\/localhost:1880([^' ]*)/.exec(text) ?? []
    const [, body] = /-d '(.*)'/.exec(text) ?? []
    return language === 'sh' ? [{ url, body, answer: JSON.parse(blocks[index + 1]?.text ?? '') }] : []
  })
}

const TIME = /\d{4}-\d\d-\d\dT[\d:.]+Z/g
const asShown = (value: string) =>
  value
    .replace(TIME, 'T')
    .replace(/^\d{4}-\d\d-\d\d$/, 'D')
    .replace(/^dlv_.*/, 'dlv')

/** Everything that the page shows is in the answer, but for times and ids of deliveries, which differ each time. */
function shows(shown: unknown, answer: unknown, where: string): void {
  if (typeof shown === 'string') assert.equal(asShown(String(answer)), asShown(shown), where)
  else if (Array.isArray(shown)) {
    assert.equal((answer as unknown[]).length, shown.length, where)
    for (const [index, one] of shown.entries()) shows(one, (answer as unknown[])[index], `${where}[${index}]`)
  } else if (typeof shown === 'object' && shown !== null) {
    for (const [name, one] of Object.entries(shown))
      shows(one, (answer as Record<string, unknown>)[name], `${where}.${name}`)
  } else assert.equal(answer, shown, where)
}

describe('the page on understanding', () => {
  const nodeRed = useNodeRed()
  let receiver: Receiver
  beforeEach(async () => {
    receiver = await Receiver.listen()
  })
  afterEach(() => receiver.close())

  const flow = (pattern: string) => [
    source({ id: 'SOURCE' }),
    trigger({ id: 'AUTOMATION', source: 'SOURCE', pattern }),
    template('{"alias": "${alias}"}'),
    sender(),
    webhook(receiver.url),
    collects('delivered'),
    collects('failed'),
  ]
  const post = (event_id: string, alias: string) =>
    nodeRed.fetch('/artifact-events', { body: event({ event_id, alias }) })

  it('shows what the calls answer', async () => {
    // e2 came while the pattern was wrong
    await nodeRed.load(flow('^prd$'))
    await post('e1', 'staging')
    await post('e2', 'production')
    await nodeRed.redeploy(flow('^production$'))
    await post('e3', 'production')
    await nodeRed.messages('delivered')
    for (const { url, body, answer } of [
      ...examples('One event'),
      ...examples('A past time'),
      ...examples('What was missed'),
    ]) {
      const response = await nodeRed.fetch(url, body === undefined ? {} : { body })
      const given = (await response.json()) as { automations?: { conditions?: { name: string; reason: string }[] }[] }
      assert.ok(response.ok, `${url}: ${JSON.stringify(given)}`)
      for (const { conditions } of given.automations ?? []) {
        const enabled = conditions?.find(({ name }) => name === 'enabled')
        // the page tells of an automation that was never changed
        if (enabled) enabled.reason = enabled.reason.replace(/ As it is now .*$/, '')
      }
      shows(answer, given, url)
    }
    await nodeRed.messages('delivered', 2)
    assert.deepEqual(
      receiver.requests.map(({ body }) => body.toString()),
      Array(2).fill('{"alias": "production"}'),
    )
  })
})
