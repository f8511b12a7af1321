import assert from 'node:assert/strict'
import type { Locator } from 'playwright-core'
import { NODE_RED_VERSION } from './harness/node-red.mts'
import { openSidebar } from './open-sidebar.mts'
import type { Side } from './side.mts'
import { sidebarFlow } from './sidebar-flow.mts'

describe(`the automations sidebar at 200 % in Node-RED ${NODE_RED_VERSION}`, () => {
  let side: Side

  // a window of 1280 × 900, magnified twice
  openSidebar({ flow: sidebarFlow, window: { width: 640, height: 450 } }, async (opened) => {
    side = opened.side
    await side.show()
    await side.root.waitFor()
  })

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
