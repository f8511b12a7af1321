import assert from 'node:assert/strict'
import type { Browser, Locator, Page } from 'playwright-core'
import { axeViolations } from './harness/axe.mts'
import { launchBrowser } from './harness/browser.mts'
import { Editor } from './harness/editor.mts'
import { type FlowNode, NODE_RED_VERSION, NodeRed } from './harness/node-red.mts'
import { Receiver } from './harness/receiver.mts'

declare const RED: {
  actions: { invoke(name: string): void }
  nodes: { node(id: string): { w: number; h: number } & Record<string, unknown> }
}

const EVENT = {
  event_type: 'ADD_ARTIFACT_ALIAS',
  entity_name: 'acme',
  project_name: 'wandb-registry-model',
  artifact_collection_name: 'churn',
  artifact_version_string: 'acme/wandb-registry-model/churn:production',
  alias: 'production',
}

describe(`New automation in Node-RED ${NODE_RED_VERSION}`, () => {
  let browser: Browser
  let nodeRed: NodeRed
  let editor: Editor
  let page: Page
  let receiver: Receiver
  let tray: Locator
  let clicks = 0

  before(async () => {
    browser = await launchBrowser()
    nodeRed = await NodeRed.start()
    receiver = await Receiver.listen()
    await nodeRed.deploy([{ id: 'tab', type: 'tab', label: 'first flow' }])
    editor = await Editor.open(browser, nodeRed)
    page = editor.page
    tray = page.locator('.red-ui-tray').last()
  })
  after(async () => {
    await editor?.close()
    await browser?.close()
    await receiver?.close()
    await nodeRed?.stop()
  })
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await editor.load()
    assert.deepEqual(editor.problems.splice(0), [])
  })

  const open = () =>
    editor.fromTray(() => page.evaluate(() => RED.actions.invoke('artifact-automations:new-automation')))
  const click = async (what: Locator) => {
    clicks += 1
    await what.click()
  }
  const press = (name: string) => click(tray.getByRole('button', { name, exact: true }))
  const fill = async (label: string, text: string) => {
    clicks += 1
    await tray.getByLabel(label, { exact: true }).fill(text)
  }
  const step = () => tray.locator('[aria-current=step]').textContent()
  const types = async () => (await editor.flow()).map(({ type }) => type).sort()

  it('leads from an empty flow to a delivered sample in at most 25 clicks, entering a field counted as one', async () => {
    clicks = 1
    await open()
    assert.equal(await step(), 'Event')
    await fill('Source name', 'registry')
    clicks += 1
    await tray.getByLabel('Authentication', { exact: true }).selectOption('none')
    await click(tray.getByLabel('alias added'))
    await fill('Alias or tag', '^production$')
    await press('Next')
    assert.equal(await step(), 'Payload')
    await tray.getByText('ADD_ARTIFACT_ALIAS').first().waitFor({ state: 'attached' })
    await press('Next')
    assert.equal(await step(), 'Webhook')
    await fill('Webhook name', 'ci')
    await fill('URL', `${receiver.url}/hook`)
    await press('Send test')
    await tray.getByText('A delivery would count as delivered').waitFor()
    await press('Next')
    assert.equal(await step(), 'Name')
    await fill('Name', 'model to production')
    await press('Create automation')
    await tray.waitFor({ state: 'detached' })
    clicks += 1
    await editor.deploy()
    const before = receiver.requests.length
    assert.equal((await nodeRed.post(EVENT)).status, 202)
    await receiver.received(before + 1)
    assert.ok(clicks <= 25, `${clicks} clicks`)
  })

  it('left three tidy nodes, wired, named, and valid', async () => {
    const flow = await editor.flow()
    const of = (type: string) => flow.find((node) => node.type === type) as FlowNode
    const [trigger, template, sender] = [of('artifact-event'), of('payload-template'), of('webhook-sender')]
    assert.equal(trigger['name'], 'model to production')
    assert.deepEqual([trigger['wires'], template['wires'], sender['wires']], [[[template.id]], [[sender.id]], [[], []]])
    assert.equal(trigger['source'], of('artifact-source').id)
    assert.equal(sender['webhook'], of('automation-webhook').id)
    for (const { id } of [trigger, template, sender, of('artifact-source'), of('automation-webhook')])
      assert.deepEqual(await editor.validity(id), { valid: true, reasons: [] })
    assert.equal(new Set([trigger['y'], template['y'], sender['y']]).size, 1)
  })

  it('uses again what is there, puts the next one below, and one undo takes all of it away', async () => {
    const before = await editor.flow()
    await open()
    await tray.getByLabel('Source', { exact: true }).selectOption({ label: 'registry' })
    await press('Next')
    await press('Next')
    await press('New webhook')
    await fill('Webhook name', 'second')
    await fill('URL', `${receiver.url}/second`)
    await tray.getByRole('button', { name: 'New secret' }).first().click()
    await fill('Secret name', 'GITHUB_TOKEN')
    await fill('Value', 'a very secret value')
    await press('Send test')
    await tray.getByText('A delivery would count as delivered').waitFor()
    const tested = receiver.requests.at(-1)!
    assert.deepEqual([tested.url, tested.headers['authorization']], ['/second', 'Bearer a very secret value'])
    assert.ok(!(await tray.innerText()).includes('a very secret value'))
    await press('Next')
    await fill('Name', 'another')
    await press('Create automation')
    await tray.waitFor({ state: 'detached' })
    const after = await editor.flow()
    assert.deepEqual(
      after
        .filter(({ id }) => !before.some((node) => node.id === id))
        .map(({ type }) => type)
        .sort(),
      ['artifact-event', 'automation-secret', 'automation-webhook', 'payload-template', 'webhook-sender'],
    )
    assert.ok(!JSON.stringify(after).includes('a very secret value'))
    const boxes = await page.evaluate(
      (ids) => ids.map((id) => RED.nodes.node(id)).map(({ x, y, w, h }) => ({ x: Number(x), y: Number(y), w, h })),
      after.filter((node) => node['z'] === 'tab').map(({ id }) => id),
    )
    for (const [index, one] of boxes.entries())
      for (const other of boxes.slice(index + 1))
        assert.ok(
          Math.abs(one.x - other.x) >= (one.w + other.w) / 2 || Math.abs(one.y - other.y) >= (one.h + other.h) / 2 + 20,
          JSON.stringify([one, other]),
        )
    await page.evaluate(() => RED.actions.invoke('core:undo'))
    assert.deepEqual(await editor.flow(), before)
    assert.equal(await editor.dirty(), false)
  })

  it('goes on only when a step is right, says what is wrong, and keeps everything on the way back', async () => {
    await open()
    await press('Next')
    assert.equal(await step(), 'Event')
    const source = tray.getByLabel('Source', { exact: true })
    assert.equal(await source.getAttribute('aria-invalid'), 'true')
    await source.selectOption({ label: 'registry' })
    const pattern = tray.getByLabel('Alias or tag', { exact: true })
    await tray.getByLabel('alias added').click()
    await pattern.fill('(?=x)')
    await press('Next')
    assert.equal(await pattern.getAttribute('aria-invalid'), 'true')
    await pattern.fill('^v')
    await press('Next')
    await press('Back')
    assert.equal(await pattern.inputValue(), '^v')
    await press('Next')
    await press('Next')
    await press('Next')
    assert.equal(await step(), 'Webhook')
    await press('New webhook')
    const schedule = tray.getByLabel('Retry after', { exact: true })
    await schedule.evaluate((input: HTMLInputElement) => {
      input.value = 'soon'
      input.dispatchEvent(new Event('change', { bubbles: true }))
    })
    await press('Next')
    assert.equal(await step(), 'Webhook')
    for (const wrong of [tray.getByLabel('URL', { exact: true }), schedule])
      assert.equal(await wrong.getAttribute('aria-invalid'), 'true')
    await fill('URL', `${receiver.url}/hook`)
    await press('Next')
    // in a part that was folded
    assert.equal(await schedule.isVisible(), true)
    assert.equal(await schedule.evaluate((input) => input === document.activeElement), true)
    await tray.getByLabel('Webhook', { exact: true }).selectOption({ label: 'ci' })
    await press('Next')
    await press('Create automation')
    assert.equal(await tray.getByLabel('Name', { exact: true }).getAttribute('aria-invalid'), 'true')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').getByRole('button', { name: 'Stay' }).click()
    assert.equal(await step(), 'Name')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click()
    await tray.waitFor({ state: 'detached' })
    assert.equal(await editor.dirty(), false)
  })

  it('has no fault that axe finds, in any step, with what is new and what is wrong', async () => {
    await open()
    const look = async () => assert.deepEqual(await axeViolations(page, '.aa-wizard'), [], String(await step()))
    await press('New source')
    await look()
    await tray.getByLabel('Source', { exact: true }).selectOption({ label: 'registry' })
    await press('Next')
    await look()
    await press('Next')
    await press('New webhook')
    await tray.getByRole('button', { name: 'New secret' }).first().click()
    await press('Next')
    await look()
    await tray.getByLabel('Webhook', { exact: true }).selectOption({ label: 'ci' })
    await press('Next')
    await press('Create automation')
    await look()
    await press('Cancel')
    await page.getByRole('dialog').waitFor()
    assert.deepEqual(await axeViolations(page, 'dialog[open]'), [])
    await page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click()
    await tray.waitFor({ state: 'detached' })
  })

  it('can be gone through by the keyboard alone', async () => {
    await open()
    const { keyboard } = page
    const focused = () =>
      page.evaluate(() => document.activeElement?.closest('.aa-wizard, .red-ui-tray-header') !== null)
    await tray.getByLabel('Source', { exact: true }).focus()
    await keyboard.press('ArrowDown')
    for (const [name, key] of [
      ['Payload', 'Control+Enter'],
      ['Webhook', 'Control+Enter'],
    ] as const) {
      await keyboard.press(key)
      await tray.locator('[aria-current=step]', { hasText: name }).waitFor()
      assert.equal(await focused(), true, name)
    }
    await keyboard.press('ArrowDown')
    await keyboard.press('Control+Enter')
    await tray.locator('[aria-current=step]', { hasText: 'Name' }).waitFor()
    await keyboard.type('by keyboard')
    await keyboard.press('Control+Enter')
    await tray.waitFor({ state: 'detached' })
    assert.ok((await editor.flow()).some(({ name }) => name === 'by keyboard'))
    await page.evaluate(() => RED.actions.invoke('core:undo'))
  })

  it('leaves nothing behind when it is cancelled, what was made for it neither', async () => {
    const before = await types()
    await open()
    await page.evaluate(() => RED.actions.invoke('artifact-automations:new-automation'))
    assert.equal(await page.locator('.red-ui-tray').count(), 1)
    await press('New source')
    await press('Cancel')
    await tray.waitFor({ state: 'detached' })
    assert.deepEqual(await types(), before)
    assert.equal(await editor.dirty(), false)
  })
})
