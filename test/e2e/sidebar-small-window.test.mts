import assert from 'node:assert/strict'
import type { Locator } from 'playwright-core'
import type { Editor } from './harness/editor.mts'
import { NODE_RED_VERSION } from './harness/node-red.mts'
import { openSidebar } from './open-sidebar.mts'
import type { Side } from './side.mts'
import { sidebarFlow } from './sidebar-flow.mts'

describe(`the automations sidebar at 200 % in Node-RED ${NODE_RED_VERSION}`, () => {
  let editor: Editor
  let side: Side

  // a window of 1280 × 900, magnified twice
  openSidebar({ flow: sidebarFlow, window: { width: 640, height: 450 } }, async (opened) => {
    editor = opened.editor
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

  it('has a line of its own for what an automation does, where it is high enough', async () => {
    await editor.page.setViewportSize({ width: 640, height: 900 })
    // as if its lower edge were dragged, in Node-RED 5
    const dragged = await editor.page.addStyleTag({
      content: '.red-ui-sidebar-section:has(.aa-side) { height: 700px !important }',
    })
    const row = side.rows('Automations').first()
    await side.root.locator('.aa-slim').first().waitFor()
    await row.waitFor()
    const widths = await row.evaluate((element) => {
      const width = (part: string) => element.querySelector(part)!.getBoundingClientRect().width
      const rows = Array.from(element.parentElement!.children, (one) => one.getBoundingClientRect())
      const { bottom } = element.getBoundingClientRect()
      const cells = Array.from(element.children, (cell) => cell.getBoundingClientRect().bottom)
      return {
        row: element.getBoundingClientRect().width,
        sentence: width('.aa-c-sentence'),
        lapsOver: Math.max(...cells) > bottom + 0.5 || rows.some(({ top }, at) => at > 0 && top < rows[at - 1]!.bottom),
      }
    })
    assert.ok(widths.sentence > widths.row - 60, `${widths.sentence} of ${widths.row} px`)
    assert.equal(widths.lapsOver, false)
    if (process.env['PICTURES']) await editor.screenshot(`${process.env['PICTURES']}/slim.png`, side.root)
    await dragged.evaluate((style: HTMLElement) => style.remove())
    await editor.page.setViewportSize({ width: 640, height: 450 })
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
