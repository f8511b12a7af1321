import assert from 'node:assert/strict'
import type { Browser, Page } from 'playwright-core'
import { secret, secretId, sender, source, template, trigger, webhook } from '../nodes/automation.mts'
import { packageJson } from '../package/repository.mts'
import { launchBrowser } from './harness/browser.mts'
import { Editor } from './harness/editor.mts'
import { NODE_RED_VERSION, NodeRed } from './harness/node-red.mts'

const at = (x: number, y: number) => ({ z: 'tab', x, y })

/** Nothing here can be wrong; `broken` is put beside it. */
const FLOW = [
  { id: 'tab', type: 'tab', label: 'start' },
  source(),
  trigger(at(150, 100)),
  template('{"alias": "${alias}", "event": ${event_json}}', at(350, 100)),
  sender({ ...at(550, 100), wires: [[], []] }),
  webhook('https://example.com/hook', { name: 'ci', secrets: [secretId('GRANTED')] }),
  secret('GRANTED'),
]
const BROKEN = [
  trigger({ ...at(150, 200), id: 'broken', pattern: '(?=production)', wires: [[]] }),
  template('{"alias": ${ali as}}', { ...at(350, 200), id: 'broken template', wires: [[]] }),
  webhook('ftp://example.com', { id: 'broken webhook', name: 'broken' }),
  sender({ ...at(550, 200), id: 'to broken', webhook: 'broken webhook', wires: [[], []] }),
]

/** Kilobytes that Node-RED's editor gets at its start because this package is there, in English. */
const MOST = 300

const SHARED = /\/resources\/@artifact-automations\/node-red\/editor\.js/

/** How often the page has got the shared file. */
const gotShared = (page: Page): Promise<number> =>
  page.evaluate(
    (pattern) => performance.getEntriesByType('resource').filter(({ name }) => new RegExp(pattern).test(name)).length,
    SHARED.source,
  )

describe(`the start of the editor of Node-RED ${NODE_RED_VERSION}`, () => {
  let browser: Browser
  let nodeRed: NodeRed

  before(async () => {
    browser = await launchBrowser()
    // as many have it: the editor below a path of its own
    nodeRed = await NodeRed.start({ settings: { httpAdminRoot: '/admin', httpNodeRoot: '/' } })
  })
  after(async () => {
    await browser?.close()
    await nodeRed?.stop()
  })

  const deploy = (flow: readonly object[]) => nodeRed.admin('POST', '/flows', flow)
  const open = () => Editor.open(browser, nodeRed)

  it(`gets at most ${MOST} KB of this package: pages, help and catalogs, with no script beside them`, async () => {
    const get = async (route: string, Accept: string) =>
      (await fetch(`${nodeRed.url}/${route}`, { headers: { Accept, 'Accept-Language': 'en-US' } })).text()
    // Node-RED marks whose page begins
    const pages = async (route: string) =>
      (await get(route, 'text/html'))
        .split(/(?=<!-- --- \[red-(?:module|plugin):)/)
        .filter((page) => page.includes(`:${packageJson.name}/`))
    const ours = [...(await pages('nodes')), ...(await pages('plugins'))]
    assert.equal(
      ours.length,
      Object.keys({ ...packageJson['node-red'].nodes, ...packageJson['node-red'].plugins }).length,
    )
    assert.deepEqual(
      ours.filter((page) => /<script[^>]+src=/.test(page)),
      [],
    )
    const catalogs = Object.entries(JSON.parse(await get('nodes/messages?lng=en-US', 'application/json'))).filter(
      ([name]) => name.startsWith(`${packageJson.name}/`),
    )
    assert.ok(catalogs.length >= 8)
    const bytes = Buffer.byteLength(ours.join('') + JSON.stringify(Object.fromEntries(catalogs)))
    assert.ok(bytes <= MOST * 1024, `${bytes} bytes`)
  })

  it('has no need of the shared file while nothing may be wrong and no dialog was opened, and gets it once', async () => {
    await deploy(FLOW)
    const editor = await open()
    for (const { id } of FLOW.slice(1)) assert.deepEqual(await editor.validity(id), { valid: true, reasons: [] }, id)
    assert.equal(await gotShared(editor.page), 0)
    for (const id of ['template', 'trigger']) {
      const dialog = await editor.openNode(id)
      await dialog.field('name').fill(`${id} renamed`)
      await dialog.done()
    }
    assert.equal(await gotShared(editor.page), 1)
    assert.deepEqual(editor.problems, [])
    await editor.close()
  })

  it('marks what is wrong as soon as the code is there that knows, configuration nodes too', async () => {
    await deploy([...FLOW, ...BROKEN])
    const editor = await open()
    for (const { id } of BROKEN.slice(0, 3)) {
      await editor.page.waitForFunction(
        (node) => (globalThis as unknown as Red).RED.nodes.node(node)?.valid === false,
        id,
      )
      const { reasons } = await editor.validity(id)
      assert.equal(reasons.length, 1, reasons.join())
    }
    assert.equal((await editor.validity('template')).valid, true)
    await editor.page.locator('[id="broken"] .red-ui-flow-node-error:not(.hide)').waitFor()
    assert.deepEqual(editor.problems, [])
    await editor.close()
  })

  it('closes a dialog whose code editor still waits for its worker, which answers a text that is gone', async () => {
    await deploy(FLOW)
    const editor = await open()
    await editor.page.addInitScript(() => {
      // every answer of Monaco's workers comes after the dialog has gone, as it may on a machine that has much to do
      window.Worker = class extends Worker {
        override set onmessage(listener: ((message: MessageEvent) => void) | null) {
          super.onmessage = listener && ((message) => setTimeout(() => listener(message), 400))
        }
      }
    })
    await editor.load()
    for (let round = 0; round < 3; round++) {
      const dialog = await editor.openNode('template')
      await dialog.field('name').fill(`name ${round}`)
      await editor.page.waitForTimeout(round * 150)
      await dialog.done()
      await editor.page.waitForTimeout(700)
    }
    assert.deepEqual(editor.problems, [])
    await editor.close()
  })

  it('changes nothing with Done while the dialog is still fetched, and fetches it again when that failed', async () => {
    await deploy(FLOW)
    const editor = await open()
    const { page } = editor
    const { promise: was, resolve: asks } = Promise.withResolvers<void>()
    await page.route(SHARED, () => asks())
    const show = () =>
      page.evaluate(() =>
        (globalThis as unknown as Red).RED.editor.edit((globalThis as unknown as Red).RED.nodes.node('template')),
      )
    const before = await editor.flow()
    await show()
    await was
    const tray = page.locator('.red-ui-tray').last()
    await tray.getByText('Getting the dialog').waitFor()
    assert.equal(await tray.locator('.aa-form').isVisible(), false)
    await page.locator('#node-dialog-ok').click()
    await tray.waitFor({ state: 'detached' })
    assert.deepEqual([await editor.flow(), await editor.dirty()], [before, false])
    await page.unroute(SHARED)
    await editor.load()
    await page.route(SHARED, (route) => route.abort())
    await show()
    await page.getByText('could not be fetched').waitFor()
    await page.unroute(SHARED)
    await page.getByRole('button', { name: 'Try again' }).click()
    const dialog = editor.dialog('node')
    await dialog.field('name').fill('after all')
    await dialog.done()
    assert.equal((await editor.flow()).find(({ id }) => id === 'template')?.['name'], 'after all')
    await editor.close()
  })
})

interface Red {
  readonly RED: {
    nodes: { node(id: string): { valid: boolean } | null }
    editor: { edit(node: unknown): void }
  }
}
