import assert from 'node:assert/strict'
import type { Browser, Page } from 'playwright-core'
import { secret, secretId, sender, source, template, trigger, webhook } from '../nodes/automation.mts'
import { packageJson, readJson } from '../package/repository.mts'
import { launchBrowser } from './harness/browser.mts'
import { Editor } from './harness/editor.mts'
import { NODE_RED_VERSION, NodeRed } from './harness/node-red.mts'

const at = (x: number, y: number) => ({ z: 'tab', x, y })

const FLOW = [
  { id: 'tab', type: 'tab', label: 'languages' },
  source(),
  trigger(at(150, 100)),
  template('{"alias": "${alias}"}', at(350, 100)),
  sender({ ...at(550, 100), wires: [[], []] }),
  webhook('https://example.com/hook', { name: 'ci', secrets: [secretId('GRANTED')] }),
  secret('GRANTED'),
]

/** A key that was not found stands there as itself. */
const KEYS = new RegExp(
  `\\b(?:${[...Object.keys(packageJson['node-red'].nodes), 'automations', 'wizard', 'request'].join('|')})\\.[a-z][\\w-]*\\.[\\w.-]+`,
  'g',
)

async function keysIn(page: Page, place: string): Promise<string[]> {
  const text = await page.locator(place).last().innerText()
  return [...text.matchAll(KEYS)].map(([key]) => key)
}

describe(`the languages of the editor of Node-RED ${NODE_RED_VERSION}`, () => {
  let browser: Browser
  let nodeRed: NodeRed

  before(async () => {
    browser = await launchBrowser()
    nodeRed = await NodeRed.start()
    await nodeRed.deploy(FLOW)
  })
  after(async () => {
    await browser?.close()
    await nodeRed?.stop()
  })

  for (const language of ['de', 'ja', 'zh-CN']) {
    it(`speaks ${language} in sidebar, dialogs and wizard, and says no key`, async () => {
      const words = (set: string) => readJson(`nodes/${set}/locales/${language}/${set}.json`)
      const editor = await Editor.open(browser, nodeRed, { locale: language })
      const { page } = editor
      await editor.showSidebar('artifact-automations')
      await page.getByRole('button', { name: words('automations').automations.button.new }).waitFor()
      assert.deepEqual(await keysIn(page, '.aa-side'), [])
      for (const [id, type] of [
        ['template', 'payload-template'],
        ['sender', 'webhook-sender'],
      ] as const) {
        // the wizard has these forms; one language shows that dialogs say what they do
        if (language !== 'de') continue
        const dialog = await editor.openNode(id)
        const [label] = Object.values<string>(words(type)[type].label)
        await dialog.tray.getByText(String(label), { exact: true }).first().waitFor()
        assert.deepEqual(await keysIn(page, '.red-ui-tray'), [])
        await dialog.cancel()
      }
      await editor.fromTray(() =>
        page.getByRole('button', { name: words('automations').automations.button.new }).click(),
      )
      await page.getByText(words('artifact-event').wizard.step.payload, { exact: true }).waitFor()
      assert.deepEqual(await keysIn(page, '.red-ui-tray'), [])
      assert.deepEqual(editor.problems, [])
      await editor.close()
    })
  }
})
