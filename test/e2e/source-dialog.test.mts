import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import type { Browser } from 'playwright-core'
import { secret, secretId, source } from '../nodes/automation.mts'
import { launchBrowser } from './harness/browser.mts'
import { Editor } from './harness/editor.mts'
import { NODE_RED_VERSION, NodeRed } from './harness/node-red.mts'

describe(`the dialog of a source that is posted to, in Node-RED ${NODE_RED_VERSION}`, () => {
  let browser: Browser
  let nodeRed: NodeRed
  let editor: Editor

  before(async () => {
    browser = await launchBrowser()
    nodeRed = await NodeRed.start()
    const key = { ...secret('KEY'), credentials: { value: 'the value' } }
    const clouds = source({ id: 'clouds', path: '/clouds', format: 'cloudevents' })
    await nodeRed.deploy([source({ auth: 'header', secret: secretId('KEY') }), key, clouds])
    editor = await Editor.open(browser, nodeRed)
  })
  after(async () => {
    await editor?.close()
    await browser?.close()
    await nodeRed?.stop()
  })
  afterEach(() => assert.deepEqual(editor.problems.splice(0), []))

  it('answers whoever asks before it sends CloudEvents, ahead of what Node-RED answers to OPTIONS', async () => {
    const headers = { 'WebHook-Request-Origin': 'eventgrid.azure.net' }
    const answer = await fetch(`${nodeRed.url}/clouds`, { method: 'OPTIONS', headers })
    assert.deepEqual([answer.status, answer.headers.get('WebHook-Allowed-Origin')], [200, 'eventgrid.azure.net'])
    const other = await fetch(`${nodeRed.url}/artifact-events`, { method: 'OPTIONS', headers })
    assert.deepEqual([other.status, other.headers.get('WebHook-Allowed-Origin')], [405, null])
  })

  it('asks for the header, says which it cannot be, and copies a request that the source takes', async () => {
    const dialog = await editor.openConfig('artifact-source', 'source')
    assert.equal(await dialog.field('headerName').inputValue(), 'X-Api-Key')
    await dialog.tray.getByRole('button', { name: 'Copy as curl' }).click()
    const script = await editor.page.evaluate(() => navigator.clipboard.readText())
    assert.ok(!script.includes('the value'))
    assert.match(execFileSync('sh', ['-c', script.replace('THE-VALUE-OF-THE-SECRET', 'the value')]).toString(), / 202 /)

    await dialog.field('headerName').fill('Content-Length')
    await dialog.tray.locator('.aa-error').getByText('which HTTP needs for itself').waitFor()
    await dialog.field('auth').selectOption('none')
    await dialog.field('headerName').waitFor({ state: 'hidden' })
    await dialog.tray.locator('.aa-warning-box').getByText('Everybody who can reach this address').waitFor()
    await dialog.cancel()
  })
})
