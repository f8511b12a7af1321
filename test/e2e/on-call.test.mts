import assert from 'node:assert/strict'
import type { Browser } from 'playwright-core'
import { launchBrowser } from './harness/browser.mts'
import { Editor } from './harness/editor.mts'
import { NODE_RED, NODE_RED_VERSION, NodeRed } from './harness/node-red.mts'
import { Receiver } from './harness/receiver.mts'
import { eventually } from './harness/wait.mts'
import { Side } from './side.mts'
import { linked, sidebarFlow } from './sidebar-flow.mts'

/** One version has a long night, the other one a short. */
const COUNT = NODE_RED === 'node-red' ? 3_000 : 300
/** Events in one request. */
const AT_ONCE = 300
const AUTOMATION = 'Tell the team'
const WEBHOOK = 'Team channel'

describe(`somebody on call, with Node-RED ${NODE_RED_VERSION}`, function () {
  this.timeout(120_000)
  let browser: Browser
  let nodeRed: NodeRed
  let far: Receiver
  let editor: Editor
  let side: Side
  /** What the endpoint says at each of its paths. */
  const answers = { '/gone': 500, '/v2': 200, '/good': 200 } as Record<string, number>

  before(async () => {
    browser = await launchBrowser()
    nodeRed = await NodeRed.start()
    far = await Receiver.listen()
    far.answer(({ url }, response) => {
      const status = answers[url] ?? 404
      response.writeHead(status, { 'Content-Type': 'application/json' })
      response.end(
        status === 200 ? '{}' : JSON.stringify({ error: status === 500 ? 'out of memory' : 'it is at /v2 now' }),
      )
    })
    // one attempt each: what fails has failed
    const flow = sidebarFlow(far.url)
    await nodeRed.deploy(flow.map((node) => (node.id === 'channel' ? { ...node, schedule: '' } : node)))
    editor = await Editor.open(browser, nodeRed, { width: 1500, height: 900 })
    side = new Side(editor)
  })
  after(async () => {
    await editor?.close()
    await browser?.close()
    await nodeRed?.stop()
    await far?.close()
  })
  afterEach(() => assert.deepEqual(editor.problems.splice(0), []))

  const countOf = async (filter: object) =>
    ((await nodeRed.admin('POST', '/artifact-automations/deliveries/count', filter)) as { count: number }).count
  const at = (path: string) => far.requests.filter(({ url }) => url === path)
  const idsAt = (path: string) => at(path).map(({ headers }) => String(headers['webhook-id']))

  it('notices it without looking: the editor says it once, and the tab is marked', async () => {
    const events = Array.from({ length: COUNT }, (_event, index) => linked(`v${index}`, 'nothing else watches this'))
    for (let from = 0; from < COUNT; from += AT_ONCE)
      assert.equal((await nodeRed.post(events.slice(from, from + AT_ONCE))).status, 202)
    const notice = editor.page.locator('.red-ui-notification')
    // the first that fail for good are told before it rests, when they are looked at in between
    const trouble = new RegExp(`The webhook ${WEBHOOK} (rests after failures|gives up deliveries)`)
    await notice.filter({ hasText: trouble }).waitFor({ state: 'attached' })
    await editor.page.locator('[aria-label^="Automations, 1 in trouble"]').first().waitFor({ state: 'attached' })
    assert.match((await side.tab.getAttribute('aria-label')) ?? '', new RegExp(WEBHOOK))
    // it was moved in the meantime: what waited fails for good
    answers['/gone'] = 404
    await eventually(async () => (await countOf({ status: 'failed' })) === COUNT, `${COUNT} failed`, 60_000)
    assert.equal(await notice.filter({ hasText: WEBHOOK }).count(), 1, 'notices of it')
  })

  it('finds it in two clicks, on top, with the reason in words', async () => {
    await side.open()
    await side.root.getByText(`The webhook ${WEBHOOK} gives up deliveries`).waitFor()
    await side.button('Show').click()
    await side.top.getByText(WEBHOOK).waitFor()
    await side.top.getByText(/failing: .* answered 404 Not Found: it is at \/v2 now/).waitFor()
    await side.top.filter({ hasText: `0 delivered, ${COUNT} failed` }).waitFor()
  })

  it('understands it: the attempts of a delivery, what was answered, and why it was sent', async () => {
    await side.top.click()
    await side.top.getByText('failed · 404').waitFor()
    await side.top.click()
    await side.root.getByRole('img', { name: /^1: .*404/ }).waitFor()
    await side.root
      .locator('.aa-attempts')
      .getByText(/answered 404 Not Found: it is at \/v2 now/)
      .waitFor()
    await side.button('Why?').click()
    const why = side.table('Automations for this event').getByRole('row')
    await why.filter({ hasText: AUTOMATION }).getByText('fired', { exact: true }).waitFor()
    await why.filter({ hasText: 'Deploy to production' }).getByText('did not fire', { exact: true }).waitFor()
    await side.back()
    await side.back()
  })

  it('mends it where it was found', async () => {
    await side.view('Webhooks')
    await editor.fromTray(() => side.top.getByRole('button', { name: 'Edit' }).click())
    const dialog = editor.dialog('node-config')
    await dialog.field('url').fill(`${far.url}/v2`)
    await dialog.done()
    await editor.deploy()
  })

  it(`sends all ${COUNT} again, as many as it was asked for, and each arrives once under its own id`, async () => {
    const failed = new Set(idsAt('/gone'))
    assert.equal(failed.size, COUNT)
    await side.view('Webhooks')
    await side.rows('Webhooks').filter({ hasText: WEBHOOK }).click()
    await side.root.getByRole('combobox', { name: 'Status', exact: true }).selectOption({ label: 'failed' })
    await side.button('Redeliver all that match').click()
    const dialog = editor.page.getByRole('dialog')
    await dialog.getByText(`failed: ${COUNT} deliveries match`).waitFor()
    await dialog.getByRole('button', { name: 'Redeliver', exact: true }).click()
    await dialog.getByRole('progressbar').waitFor()
    await dialog.getByText(`${COUNT} deliveries are sent again.`).waitFor()
    await dialog.getByRole('button', { name: 'Close' }).click()
    await far.received(COUNT, ({ url }) => url === '/v2', 60_000)
    await eventually(async () => (await countOf({ status: 'delivered', webhook: 'channel' })) === COUNT, 'all is well')
    assert.equal(await countOf({ status: 'failed' }), 0)
    const arrived = idsAt('/v2')
    assert.equal(arrived.length, COUNT)
    assert.deepEqual(new Set(arrived), failed)
  })

  it('sees that it is well again', async () => {
    await side.root.getByText(`The webhook ${WEBHOOK} gives up deliveries`).waitFor({ state: 'hidden' })
    await editor.page.locator('[aria-label^="Automations, 1 in trouble"]').first().waitFor({ state: 'detached' })
    await side.view('Webhooks')
    await side.rows('Webhooks').filter({ hasText: WEBHOOK }).getByText('working').waitFor()
  })
})
