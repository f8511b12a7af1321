import assert from 'node:assert/strict'
import type { Browser } from 'playwright-core'
import { secret, source, trigger, webhook } from '../nodes/automation.mts'
import { launchBrowser } from './harness/browser.mts'
import { Editor } from './harness/editor.mts'
import { NODE_RED_VERSION, NodeRed } from './harness/node-red.mts'
import { Receiver } from './harness/receiver.mts'

/** What the dialogs do for whoever fills them in for the first time. */
describe(`the dialogs help along in Node-RED ${NODE_RED_VERSION}`, () => {
  let browser: Browser
  let nodeRed: NodeRed
  let receiver: Receiver
  let editor: Editor

  before(async () => {
    browser = await launchBrowser()
    receiver = await Receiver.listen()
    receiver.answer((_request, response) => response.end(JSON.stringify({ answer: 'x\n'.repeat(200) })))
    nodeRed = await NodeRed.start()
    await nodeRed.deploy([
      { id: 'tab', type: 'tab', label: 'help' },
      source(),
      source({ id: 'second', path: '/artifact-events-2', name: 'second' }),
      trigger({ z: 'tab', x: 150, y: 100, wires: [[]] }),
      webhook(receiver.url),
      secret('FIRST'),
    ])
    editor = await Editor.open(browser, nodeRed)
  })
  after(async () => {
    await editor?.close()
    await browser?.close()
    await nodeRed?.stop()
    await receiver?.close()
  })
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await editor.load()
    assert.deepEqual(editor.problems.splice(0), [])
  })

  it('a new source takes a path that is free', async () => {
    const dialog = await editor.openConfig('artifact-source', '_ADD_')
    assert.equal(await dialog.field('path').inputValue(), '/artifact-events-3')
    await dialog.field('auth').selectOption('none')
    await dialog.done()
    const added = (await editor.flow()).find(({ path }) => path === '/artifact-events-3')
    assert.ok(added)
    assert.deepEqual(await editor.validity(added.id), { valid: true, reasons: [] })
    const saved = await editor.openConfig('artifact-source', 'second')
    assert.equal(await saved.field('path').inputValue(), '/artifact-events-2')
    await saved.cancel()
    await editor.load()
  })

  it('a secret that is added under May also use is ticked there, and only that one', async () => {
    const dialog = await editor.openConfig('automation-webhook', 'webhook')
    const ticked = () => dialog.tray.locator('#automation-webhook-secrets label:has(:checked)').allTextContents()
    const add = dialog.tray.getByRole('button', { name: 'Add a secret' })
    await add.click()
    await editor.dialog('node-config').field('value').waitFor()
    await editor.dialog('node-config').cancel()
    assert.deepEqual(await ticked(), [])
    await editor.page.locator('#node-config-input-btn-accessToken-add').click()
    const token = editor.dialog('node-config')
    await token.field('value').waitFor()
    await token.field('name').fill('TOKEN')
    await token.done()
    await dialog.tray.locator('#automation-webhook-secrets').getByText('TOKEN').waitFor()
    assert.deepEqual(await ticked(), [])
    await add.click()
    const secret = editor.dialog('node-config')
    await secret.field('value').waitFor()
    await secret.field('name').fill('ADDED')
    await secret.done()
    await dialog.tray.locator('#automation-webhook-secrets').getByText('ADDED').waitFor()
    assert.deepEqual(await ticked(), ['ADDED'])
    await dialog.done()
    const flow = await editor.flow()
    const added = flow.find(({ name }) => name === 'ADDED')
    assert.deepEqual(flow.find(({ id }) => id === 'webhook')?.['secrets'], [added?.id])
    await editor.load()
  })

  it('the alias or tag is asked for where an event names one', async () => {
    const dialog = await editor.openNode('trigger')
    const pattern = dialog.field('pattern')
    const tester = dialog.tray.locator('#artifact-event-tester')
    assert.equal(await pattern.isVisible(), true)
    await dialog.field('events-RUN_STATE').check()
    await dialog.field('events-ADD_ARTIFACT_ALIAS').uncheck()
    assert.equal(await tester.isVisible(), false)
    // what is there and keeps every event away is seen, until it is taken away
    await dialog.tray.getByText('do not fire with this pattern').waitFor()
    await pattern.fill('')
    await pattern.waitFor({ state: 'hidden' })
    await dialog.field('events-REMOVE_COLLECTION_TAG').check()
    await tester.waitFor()
    assert.equal(await pattern.isVisible(), true)
    await dialog.cancel()
  })

  it('the answer of a test comes into view, and screen readers hear the verdict alone', async () => {
    const dialog = await editor.openConfig('automation-webhook', 'webhook')
    await dialog.tray.getByRole('button', { name: 'Send test' }).click()
    const answer = dialog.tray.locator('.aa-answer')
    await answer.locator('.aa-status').waitFor()
    const seen = await answer.evaluate((element) => {
      const body = element.closest('.red-ui-tray-body')?.parentElement?.getBoundingClientRect() as DOMRect
      return [element.querySelector('.aa-status'), element.querySelector('pre')].map((part) => {
        const { top } = (part as Element).getBoundingClientRect()
        return top >= body.top && top < body.bottom
      })
    })
    assert.deepEqual(seen, [true, true])
    const heard = String(await answer.getByRole('status').textContent())
    assert.match(heard, /200 after .*would count as delivered/)
    assert.doesNotMatch(heard, /answer|content-type|BUILD_AND_DEPLOY/i)
    await answer.getByRole('region', { name: 'Body of the response' }).waitFor()
    await answer.getByRole('region', { name: 'Body of the request' }).waitFor()
    await dialog.cancel()
  })

  it('a field keeps its name while it is wrong, and has the reason beside it', async () => {
    const dialog = await editor.openConfig('automation-webhook', 'webhook')
    const url = dialog.tray.getByRole('textbox', { name: 'URL', exact: true })
    for (const [text, reason] of [
      ['', 'The webhook has no URL'],
      ['https://api.github.com/repos/OWNER/REPOSITORY/dispatches', 'The URL still says OWNER'],
      ['https://hooks.slack.com/services/YOUR/INCOMING/WEBHOOK', 'The URL still says YOUR'],
    ] as const) {
      await url.fill(text)
      await dialog.tray.locator('.aa-error').getByText(reason).waitFor()
      await url.blur()
      assert.ok((await editor.tooltipOf(url)).includes(reason), reason)
      assert.equal(await url.count(), 1)
    }
    await dialog.cancel()
  })
})
