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

  it('maps what Harbor posts: from an example to the event, checked as it is typed', async () => {
    const dialog = await editor.openConfig('artifact-source', '_ADD_')
    const { tray } = dialog
    await dialog.field('path').fill('/harbor')
    await dialog.field('auth').selectOption('none')
    await dialog.field('format').selectOption('mapped')
    await tray.getByLabel('Start from…').selectOption({ label: 'Harbor' })
    assert.equal(await dialog.field('entity').inputValue(), 'harbor')
    const said = tray.locator('#artifact-source-mapping-said')
    await said.getByText('One event that is right. 0 deployed automations').waitFor()
    assert.match(await tray.getByLabel('Events that the mapping makes').innerText(), /"alias": "latest"/)

    assert.deepEqual(await dialog.unreachable(), [])
    assert.equal(await dialog.beyond(), 0)

    await tray.getByRole('button', { name: 'Expression editor' }).click()
    const large = editor.dialog('node')
    await large.tray.locator('#red-ui-editor-type-expression-func').waitFor()
    await large.typeCode('body.nothing')
    await large.done()
    await said.getByText('makes nothing of it').waitFor()
    await tray.getByLabel('Start from…').selectOption({ label: 'Harbor' })
    await said.getByText('One event that is right').waitFor()

    await dialog.field('entity').fill('')
    await said.getByText('entity_name is required').waitFor()
    await dialog.field('entity').fill('harbor')
    await tray
      .getByLabel('A request that this source gets')
      .fill('{"body": {"a": 1}, "headers": {"x-github-event": "create", "cookie": "***"}}')
    await tray.getByRole('button', { name: 'Copy as curl' }).click()
    const script = await editor.page.evaluate(() => navigator.clipboard.readText())
    assert.match(script, /-H 'x-github-event: create' .*\n.*--data-binary/)
    assert.ok(!script.includes('cookie'))
    await tray.getByLabel('A request that this source gets').fill('{')
    await said.getByText('no JSON').waitFor()
    await tray.getByLabel('A request that this source gets').fill('{"type": "PULL_ARTIFACT"}')
    await said.getByText('makes nothing of it').waitFor()
    await dialog.done()
    const saved = (await editor.flow()).find(({ path }) => path === '/harbor')
    assert.match(String(saved?.['mapping']), /PUSH_ARTIFACT/)
    assert.deepEqual(await editor.validity(String(saved?.id)), { valid: true, reasons: [] })
  })

  it('stops a mapping that never ends, says what is wrong with one, and fetches the last request', async () => {
    const mapping = '($f := function($n){$f($n + 1)}; $f(1))'
    await nodeRed.deploy([source({ id: 'any', path: '/any', format: 'mapped', mapping })])
    await editor.load()
    const body = JSON.stringify({ from: 'a service' })
    const headers = { 'Content-Type': 'application/json', Cookie: 'session=hidden' }
    const answer = await fetch(`${nodeRed.url}/any`, { method: 'POST', body, headers })
    assert.equal(answer.status, 400)
    assert.match(await answer.text(), /took too long: it never ends/)
    const dialog = await editor.openConfig('artifact-source', 'any')
    await dialog.tray.getByRole('button', { name: 'Last request' }).click()
    await dialog.tray.getByText('credentials masked').waitFor()
    const sample = await dialog.tray.getByLabel('A request that this source gets').inputValue()
    assert.match(sample, /"a service"/)
    assert.ok(!sample.includes('hidden'))
    await dialog.tray.locator('#artifact-source-mapping-said').getByText('it takes too long, or never ends').waitFor()
    await dialog.typeCode('body.{')
    await dialog.tray.locator('.aa-error').getByText('The mapping is no expression of JSONata').waitFor()
    await dialog.typeCode('')
    await dialog.tray.locator('.aa-error').getByText('the mapping is empty').waitFor()
    await dialog.cancel()
  })
})
