import assert from 'node:assert/strict'
import type { Browser } from 'playwright-core'
import { automation } from '../faults/site.mts'
import { launchBrowser } from './harness/browser.mts'
import { Editor } from './harness/editor.mts'
import { NODE_RED_VERSION, NodeRed } from './harness/node-red.mts'

declare const RED: { nodes: { node(id: string): { _def: { button: { onclick(): void } } } | null } }

const CATALOG = '@artifact-automations/node-red/automation-webhook'

describe(`in an editor of another language, Node-RED ${NODE_RED_VERSION}`, () => {
  let browser: Browser
  let nodeRed: NodeRed
  let editor: Editor

  before(async () => {
    browser = await launchBrowser()
    nodeRed = await NodeRed.start()
    await nodeRed.deploy(automation('http://127.0.0.1:1'))
    editor = await Editor.open(browser, nodeRed)
    const { page } = editor
    await page.context().addInitScript(() => localStorage.setItem('editor-language', 'de'))
    // a translation of which this test knows the words
    await page.route(/\/nodes\/messages\?lng=de/, async (route) => {
      const response = await route.fetch()
      const catalogs = await response.json()
      const status = {
        listening: 'wartet auf Ereignisse',
        'number-refused-time-why': '__number__ abgelehnt um __time__: __why__',
        'invalid-event': 'kein Ereignis',
      }
      const { shared = {} } = catalogs[CATALOG] ?? {}
      catalogs[CATALOG] = {
        ...catalogs[CATALOG],
        shared: { ...shared, status, means: { not_found: 'gibt es hier nicht' } },
      }
      await route.fulfill({ response, json: catalogs })
    })
    await editor.load()
  })
  after(async () => {
    await browser?.close()
    await nodeRed?.stop()
  })
  afterEach(() => assert.deepEqual(editor.problems, []))

  it('says statuses by its catalog, and what is filled in', async () => {
    const status = editor.status('trigger')
    await status.filter({ hasText: 'wartet auf Ereignisse' }).waitFor()
    await nodeRed.post({})
    await status.filter({ hasText: /^1 abgelehnt um \d\d:\d\d: kein Ereignis$/ }).waitFor()
  })

  it('says what the code of a refusal means, with the sentence that says where', async () => {
    const { page } = editor
    await page.route('**/artifact-automations/events/sample', (route) =>
      route.fulfill({ status: 404, json: { error: { code: 'not_found', message: 'No trigger has this id.' } } }),
    )
    await page.evaluate(() => {
      const trigger = RED.nodes.node('trigger')
      trigger?._def.button.onclick.call(trigger)
    })
    const notice = page.locator('.red-ui-notification', { hasText: 'gibt es hier nicht (No trigger has this id.)' })
    await notice.waitFor({ state: 'attached' })
    // that the answer was a 404 is the browser's own complaint
    assert.match(editor.problems.splice(0).join(), /404/)
  })
})
