import assert from 'node:assert/strict'
import type { Browser, Locator } from 'playwright-core'
import { launchBrowser } from './harness/browser.mts'
import { Editor } from './harness/editor.mts'
import { NODE_RED_VERSION, NodeRed } from './harness/node-red.mts'
import { Side } from './side.mts'
import { sidebarFlow } from './sidebar-flow.mts'

describe(`the automations sidebar at 200 % in Node-RED ${NODE_RED_VERSION}`, () => {
  let browser: Browser
  let nodeRed: NodeRed
  let editor: Editor
  let side: Side

  before(async () => {
    browser = await launchBrowser()
    nodeRed = await NodeRed.start()
    await nodeRed.deploy(sidebarFlow('http://127.0.0.1:9'))
    // a window of 1280 × 900, magnified twice
    editor = await Editor.open(browser, nodeRed, { width: 640, height: 450 })
    side = new Side(editor)
    await editor.page.evaluate("RED.actions.invoke('artifact-automations:show-automations')")
    await side.root.waitFor()
  })
  after(async () => {
    await editor?.close()
    await browser?.close()
    await nodeRed?.stop()
  })
  afterEach(() => assert.deepEqual(editor.problems.splice(0), []))

  /** How many pixels of a field for a time are missing to show all of it. */
  const missing = (field: Locator) =>
    field.evaluate((input) => {
      const { width } = input.getBoundingClientRect()
      input.style.cssText = 'flex: none; width: auto'
      const whole = input.getBoundingClientRect().width
      input.style.cssText = ''
      return Math.max(0, Math.ceil(whole - width))
    })

  it('shows all of a time that is chosen', async () => {
    await side.choose('Deploy to production', 'Backtest')
    for (const name of ['From', 'Until']) {
      const field = side.root.locator('.aa-detail-body').getByLabel(name, { exact: true })
      assert.equal(await missing(field), 0, name)
    }
    await side.back()
    await side.view('History')
    for (const name of ['From', 'Until']) {
      const field = side.root.locator('.aa-panel:not([hidden])').getByLabel(name, { exact: true })
      if (!(await field.isVisible()))
        await side.root.locator('.aa-panel:not([hidden])').getByRole('button', { name: 'Filters' }).click()
      assert.equal(await missing(field), 0, name)
    }
  })
})
