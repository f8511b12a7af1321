import assert from 'node:assert/strict'
import type { Browser, Locator } from 'playwright-core'
import { launchBrowser } from './harness/browser.mts'
import { type Dialog, Editor } from './harness/editor.mts'
import { NODE_RED_VERSION, NodeRed } from './harness/node-red.mts'
import { EVERYTHING_SET } from './saved-flows.mts'

const CONFIG_TYPES = ['artifact-source', 'automation-webhook', 'automation-secret', 'delivery-store']
const DIALOGS = EVERYTHING_SET.filter(({ type }) => /^(artifact|alias|payload|webhook|automation|delivery)-/.test(type))

/** As long as words are in German, Finnish or Dutch. */
const LONG = 'Authentifizierungsverfahrensauswahl'

describe(`the dialogs at 200 % in Node-RED ${NODE_RED_VERSION}`, () => {
  let browser: Browser
  let nodeRed: NodeRed
  let editor: Editor
  /** Pictures of what the tests see, for a person who wants to look. */
  const pictures = process.env['PICTURES']

  before(async () => {
    browser = await launchBrowser()
    nodeRed = await NodeRed.start()
    await nodeRed.deploy(EVERYTHING_SET)
    // a window of 1440 × 900, magnified twice
    const colorScheme = process.env['THEME'] === 'dark' ? 'dark' : 'light'
    editor = await Editor.open(browser, nodeRed, { width: 720, height: 450, colorScheme })
  })
  after(async () => {
    await editor?.close()
    await browser?.close()
    await nodeRed?.stop()
  })
  afterEach(() => assert.deepEqual(editor.problems.splice(0), []))

  async function open(type: string, id: string): Promise<Dialog> {
    if (CONFIG_TYPES.includes(type)) return editor.openConfig(type, id)
    await editor.fromTray(() => editor.page.evaluate(`RED.editor.edit(RED.nodes.node(${JSON.stringify(id)}))`))
    const dialog = editor.dialog('node')
    await dialog.tray.locator('.aa-form').waitFor()
    return dialog
  }

  /** Every part of the form that the window cuts off on the right, as the start of its HTML. */
  const cutOff = (tray: Locator): Promise<string[]> =>
    tray.evaluate((element) => {
      const body = element.querySelector('.red-ui-tray-body-wrapper') as Element
      const end = body.getBoundingClientRect().right + 0.5
      return [
        ...body.querySelectorAll(
          '.aa-form :is(input, select, textarea, button, a, label, p, div, span, code, summary)',
        ),
      ]
        .filter((part) => !part.closest('.monaco-editor') && part.getClientRects().length > 0)
        .filter((part) => part.getBoundingClientRect().right > end)
        .map((part) => part.outerHTML.slice(0, 100))
    })

  for (const { id, type } of DIALOGS) {
    it(`everything in ${type} (${id}) is within the window, and no long word of a label runs under its field`, async () => {
      const dialog = await open(type, id)
      for (const section of await dialog.tray.locator('details.aa-section').all()) {
        await section.evaluate((details) => details.setAttribute('open', ''))
      }
      assert.deepEqual(await cutOff(dialog.tray), [])
      if (pictures) await editor.screenshot(`${pictures}/${id}.png`)
      const last = dialog.tray.locator('.aa-form > :visible').last()
      await last.scrollIntoViewIfNeeded()
      if (pictures) await editor.screenshot(`${pictures}/${id}-end.png`)
      const labels = dialog.tray.locator('.aa-form .form-row > label:first-child:visible')
      const under = await labels.evaluateAll((all, long) => {
        for (const label of all) (label.querySelector('span') ?? label).textContent = long
        return all.filter((label) => label.scrollWidth > label.clientWidth + 1).map((label) => label.outerHTML)
      }, LONG)
      assert.deepEqual(under, [])
      assert.deepEqual(await cutOff(dialog.tray), [])
      if (pictures) await editor.screenshot(`${pictures}/${id}-long.png`)
      await dialog.cancel()
    })
  }

  it('the sentence of a trigger is pinned where the window is high enough, and in the flow of the form where not', async () => {
    const dialog = await open('artifact-event', 'event')
    const position = () => dialog.tray.locator('.aa-summary').evaluate((line) => getComputedStyle(line).position)
    assert.equal(await position(), 'static')
    await editor.page.setViewportSize({ width: 1440, height: 900 })
    assert.equal(await position(), 'sticky')
    await dialog.cancel()
  })

  it('a template breaks no line within a variable', async () => {
    const { id } = DIALOGS.find(({ type }) => type === 'payload-template')!
    const dialog = await open('payload-template', id)
    await dialog.typeCode(
      '{\n  "artifact_version_string": "${artifact_version_string}",\n  "author": "${event_author}"\n}',
    )
    const lines = dialog.tray.locator('.view-line')
    await lines.getByText('artifact_version_string').first().waitFor()
    const texts = await lines.allTextContents()
    assert.ok(texts.length > 4, 'there is room for every line')
    assert.deepEqual(
      texts.filter((text) => /\$\{?$/.test(text) || text.split('${').length !== text.split('}"').length),
      [],
    )
    await dialog.cancel()
  })

  it('a box to check stands beside the first line of its words', async () => {
    await editor.page.setViewportSize({ width: 640, height: 450 })
    const dialog = await open(
      'alias-filter',
      (DIALOGS.find(({ type }) => type === 'alias-filter') as { id: string }).id,
    )
    const boxes = await dialog.tray.locator('.aa-check').evaluateAll((rows) =>
      rows.map((row) => {
        const [box, words] = [row.querySelector('input') as Element, row.querySelector('label') as Element]
        const line = document.createRange()
        line.selectNodeContents(words)
        const [first] = line.getClientRects()
        return { box: box.getBoundingClientRect().bottom, line: first!.bottom, lines: line.getClientRects().length }
      }),
    )
    assert.equal(boxes.length, 2)
    for (const { box, line, lines } of boxes) {
      assert.ok(lines > 1, 'there is room for one line')
      assert.ok(Math.abs(line - box) < 8, `the box ends at ${box} px, its first line at ${line}`)
    }
    await dialog.cancel()
  })

  it('the name of a choice stands beside it in a new automation, also where its button has room only below', async () => {
    await editor.page.setViewportSize({ width: 640, height: 450 })
    await editor.fromTray(() => editor.page.evaluate("RED.actions.invoke('artifact-automations:new-automation')"))
    const tray = editor.page.locator('.red-ui-tray').last()
    const middle = (part: Locator) =>
      part.evaluate((element) => {
        const { top, height } = element.getBoundingClientRect()
        return top + height / 2
      })
    const row = tray.locator('.form-row:has(> .aa-choice)').first()
    assert.ok((await middle(row.locator('button'))) > (await middle(row.locator('select'))) + 20)
    const apart = (await middle(row.locator('label > span'))) - (await middle(row.locator('select')))
    assert.ok(Math.abs(apart) <= 4, `${apart} px`)
    await tray.getByRole('button', { name: 'Cancel', exact: true }).click()
    await tray.waitFor({ state: 'detached' })
  })
})
