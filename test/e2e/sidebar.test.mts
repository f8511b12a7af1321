import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { axeViolations } from './harness/axe.mts'
import { launchBrowser } from './harness/browser.mts'
import { Editor } from './harness/editor.mts'
import { type FlowNode, NODE_RED_VERSION, NodeRed } from './harness/node-red.mts'
import type { Receiver } from './harness/receiver.mts'
import { openSidebar } from './open-sidebar.mts'
import type { Side } from './side.mts'
import { linked, sidebarFlow } from './sidebar-flow.mts'

const TABS = ['Automations', 'History', 'Events', 'Webhooks', 'Secrets'] as const

describe(`the automations sidebar of Node-RED ${NODE_RED_VERSION}`, () => {
  let nodeRed: NodeRed
  let receiver: Receiver
  let editor: Editor
  let side: Side
  /** Calls of the admin interface. */
  const requests: string[] = []

  openSidebar(
    {
      flow: sidebarFlow,
      answer: ({ url }, response) => {
        const status = url === '/good' ? 200 : url === '/bad' ? 500 : 404
        response.writeHead(status, { 'Content-Type': 'application/json' }).end('{"error": "the queue is full"}')
      },
      before: async ({ nodeRed, far }) => {
        await nodeRed.post(linked('v0', 'nightly-1'))
        for (let version = 1; version <= 20; version += 1) await nodeRed.post(linked(`v${version}`))
        await nodeRed.post(linked('v21', 'rc1'))
        await far.received(20 + 22 + 1)
      },
    },
    (opened) => {
      ;({ nodeRed, far: receiver, editor, side } = opened)
      editor.page.on('request', (request) => {
        if (/\/artifact-automations\/\w+/.test(request.url())) requests.push(request.url())
      })
    },
  )

  const undo = () => editor.page.evaluate("RED.actions.invoke('core:undo')")
  const ids = async () => (await editor.flow()).map(({ id }) => id).sort()

  it('says once that a webhook gives up, with the name that it has', async () => {
    const notice = editor.page.locator('.red-ui-notification').filter({ hasText: 'The webhook Team channel gives up' })
    await notice.waitFor({ state: 'attached' })
    assert.equal(await notice.count(), 1)
  })

  it('asks for nothing until it is shown, and then has its first rows', async () => {
    assert.deepEqual(requests, [])
    await side.show()
    await side.rows('Automations').nth(3).waitFor()
    const first = side.rows('Automations').first()
    assert.match((await first.textContent()) ?? '', /^Deploy to production.*→ GitHub deploy.*enabled.*delivered/)
  })

  it('keeps three rows in sight in the room that Node-RED 5 gives it', async () => {
    await editor.page.evaluate("RED.sidebar.show('debug')")
    await editor.page.evaluate("RED.sidebar.show('artifact-automations')")
    for (const name of TABS.slice(0, 2)) {
      await side.view(name)
      await side.root.locator('.aa-panel:not([hidden]) .aa-body > .aa-row').first().waitFor()
      const whole = await side.root.evaluate((element) => {
        const { bottom } = element.getBoundingClientRect()
        const shown = [...element.querySelectorAll('.aa-panel:not([hidden]) .aa-body > .aa-row')]
        return shown.filter((row) => row.getBoundingClientRect().bottom <= bottom + 1).length
      })
      assert.ok(whole >= 3, `${whole} rows of ${name} in ${JSON.stringify(await side.root.boundingBox())}`)
    }
    const cut = await side.root
      .getByRole('tab')
      .evaluateAll((tabs) => tabs.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth).length)
    assert.equal(cut, 0, 'tabs whose names are cut')
  })

  it('has no fault that axe finds, in its tabs and in what opens over them', async () => {
    for (const name of ['Automations', 'History', 'Webhooks'] as const) {
      await side.view(name)
      await side.root.locator('.aa-panel:not([hidden]) .aa-body > .aa-row').first().waitFor()
      assert.deepEqual(await axeViolations(editor.page, '.aa-side'), [], name)
    }
    await side.view('History')
    await side.rows('Deliveries').filter({ hasText: 'Team channel' }).first().click()
    await side.root.locator('.aa-attempts').waitFor()
    assert.deepEqual(await axeViolations(editor.page, '.aa-side'), [])
    await side.back()
  })

  it('filters and sorts the automations', async () => {
    await side.view('Automations')
    await side.root.getByRole('combobox', { name: 'Webhook', exact: true }).selectOption({ label: 'GitHub deploy' })
    await side.root.getByRole('combobox', { name: 'State', exact: true }).selectOption({ label: 'disabled' })
    await side.rows('Automations').filter({ hasText: 'Tell the team' }).waitFor({ state: 'detached' })
    assert.deepEqual(await side.rows('Automations').locator('b').allTextContents(), ['Nightly datasets'])
    for (const name of ['Webhook', 'State'])
      await side.root.getByRole('combobox', { name, exact: true }).selectOption('')
    const heading = side.root.getByRole('columnheader', { name: 'Name' })
    assert.equal(await heading.getAttribute('aria-sort'), 'ascending')
    await heading.getByRole('button').click()
    assert.equal(await heading.getAttribute('aria-sort'), 'descending')
    assert.equal(await side.rows('Automations').locator('b').first().textContent(), 'Tell the team')
    await heading.getByRole('button').click()
  })

  it('shows a delivery within the time of a glance after its event was posted, without moving the focus', async () => {
    await side.view('History')
    await side.rows('Deliveries').first().focus()
    await editor.page.keyboard.press('ArrowDown')
    const focused = () => editor.page.evaluate('document.activeElement.dataset.key')
    const before = await focused()
    await nodeRed.post(linked('v22', 'candidate'))
    await side.rows('Deliveries').first().filter({ hasText: 'Tell the team' }).waitFor()
    await editor.page.waitForFunction("document.querySelectorAll('.aa-t-history .aa-body > .aa-row').length > 3")
    assert.equal(await focused(), before)
  })

  it('a delivery is opened, understood and sent again with the keyboard alone', async () => {
    await side.root.getByRole('combobox', { name: 'Status', exact: true }).selectOption({ label: 'pending' })
    await side.rows('Deliveries').filter({ hasText: 'Tell the team' }).first().waitFor({ state: 'detached' })
    await side.rows('Deliveries').first().focus()
    await editor.page.keyboard.press('Enter')
    await side.root.getByText('the queue is full').first().waitFor()
    await side.root.getByRole('img', { name: /^1: .*500/ }).waitFor()
    await side.button('Copy as Bash').focus()
    await editor.page.keyboard.press('Enter')
    await side.root.getByText('A Bash script is in the clipboard').waitFor()
    const script = (await editor.page.evaluate('navigator.clipboard.readText()')) as string
    assert.match(script, /churn:v21/)
    await side.button('Why?').focus()
    await editor.page.keyboard.press('Enter')
    const why = side.table('Automations for this event')
    await why.getByRole('row').filter({ hasText: 'Deploy to production' }).filter({ hasText: 'did not fire' }).waitFor()
    await why.getByRole('row').filter({ hasText: 'The alias is `rc1`' }).first().waitFor()
    assert.deepEqual(await axeViolations(editor.page, '.aa-side'), [])
    await editor.page.keyboard.press('Escape')
    await side.button('Cancel delivery').focus()
    await editor.page.keyboard.press('Enter')
    await side.root.getByText('It is cancelled.').waitFor()
    await side.root
      .getByText(/failed · /)
      .first()
      .waitFor()
    await editor.page.keyboard.press('Escape')
    await side.root.getByText('Nothing matches.').waitFor()
  })

  it('redelivers all that match after saying how many, page by page', async () => {
    await side.root.getByRole('combobox', { name: 'Status', exact: true }).selectOption({ label: 'failed' })
    await side.root.getByRole('combobox', { name: 'Webhook', exact: true }).selectOption({ label: 'Team channel' })
    await side.rows('Deliveries').nth(2).waitFor()
    const before = receiver.requests.length
    await side.button('Redeliver all that match').click()
    const dialog = editor.page.getByRole('dialog')
    await dialog.getByText('failed: 23 deliveries match').waitFor()
    assert.deepEqual(await axeViolations(editor.page, 'dialog[open]'), [])
    await dialog.getByRole('button', { name: 'Redeliver', exact: true }).click()
    await dialog.getByText('23 deliveries are sent again.').waitFor()
    await dialog.getByRole('progressbar').waitFor()
    await dialog.getByRole('button', { name: 'Close' }).click()
    await receiver.received(before + 23)
  })

  it('stops where it is told to, and says how far it came', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    await editor.page.route('**/deliveries/redeliver', async (route) => {
      await promise
      await route.fulfill({ json: { redelivered: 7, next: 'further' } })
    })
    await side.rows('Deliveries').first().waitFor()
    await side.button('Redeliver all that match').click()
    const dialog = editor.page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Redeliver', exact: true }).click()
    await dialog.getByRole('button', { name: 'Stop' }).click()
    resolve()
    await dialog.getByText('Stopped after 7.').waitFor()
    await editor.page.keyboard.press('Escape')
    await editor.page.unroute('**/deliveries/redeliver')
  })

  it('a link opens its delivery', async () => {
    const { deliveries } = (await nodeRed.admin('GET', '/artifact-automations/deliveries?search=churn:v3')) as {
      deliveries: { id: string; automation: { name: string } }[]
    }
    const { id, automation } = deliveries[0]!
    await editor.page.evaluate((id) => {
      window.location.hash = `artifact-automations/deliveries/${id}`
    }, id)
    await side.root.getByText('acme/wandb-registry-model/churn:v3').first().waitFor()
    // it is live still after it was opened over itself
    await side.button('Why?').click()
    const why = side.table('Automations for this event').getByRole('row').filter({ hasText: automation.name })
    await why.locator('button').first().click()
    await side.button('Copy link').waitFor()
    await side.back()
    await side.back()
    const again = editor.page.waitForRequest(
      (call) => call.method() === 'GET' && call.url().endsWith(`/deliveries/${id}`),
    )
    await side.button('Redeliver').click()
    await again
    await side.back()
  })

  it('webhooks are paused and let go, secrets never shown', async () => {
    await side.view('Webhooks')
    const row = side.rows('Webhooks').filter({ hasText: 'GitHub deploy' })
    await row.getByRole('button', { name: 'Pause' }).click()
    await row.getByText('paused').waitFor()
    await row.getByRole('button', { name: 'Resume' }).click()
    await row.getByText('working').waitFor()
    await side.view('Secrets')
    assert.match((await side.rows('Secrets').first().textContent()) ?? '', /DEPLOY_TOKEN.*set.*GitHub deploy/)
    assert.match((await side.rows('Secrets').nth(1).textContent()) ?? '', /OLD_TOKEN.*not set/)
    assert.ok(!(await editor.page.content()).includes('a-secret-value'))
  })

  it('events say how many automations fired, and open as a command and in a preview', async () => {
    await side.view('Events')
    await side.root.getByRole('searchbox', { name: 'Search' }).last().fill('churn:v21')
    await side.rows('Events').nth(1).waitFor({ state: 'detached' })
    await side.rows('Events').first().getByRole('button', { name: 'Copy as curl' }).click()
    const command = (await editor.page.evaluate('navigator.clipboard.readText()')) as string
    assert.match(command, /^EVENT='\{.*"alias":"rc1".*\}'\ncurl 'http:\/\/127\.0\.0\.1:\d+\/artifact-events'/)
    await editor.fromTray(() => side.rows('Events').first().getByRole('button', { name: 'Use in preview' }).click())
    const dialog = editor.dialog('node')
    await dialog.tray.locator('#payload-template-output').filter({ hasText: 'rc1' }).waitFor()
    // of the automations of its source one that it starts
    assert.equal(await dialog.field('name').inputValue(), 'payload of tell')
    await dialog.cancel()
  })

  it('an event that no template stands behind begins an automation with it', async () => {
    const event = { ...linked('v7', 'fresh'), artifact_collection_name: 'lone' }
    await nodeRed.post({ ...event, artifact_version_string: 'lone:v7' }, { path: '/other-events' })
    await side.root.getByRole('searchbox', { name: 'Search' }).last().fill('lone')
    await side.rows('Events').first().filter({ hasText: 'lone:v7' }).waitFor()
    await editor.fromTray(() => side.rows('Events').first().getByRole('button', { name: 'Use in preview' }).click())
    const { tray } = editor.dialog('node')
    assert.equal(await tray.getByLabel('Source', { exact: true }).inputValue(), 'other')
    assert.equal(await tray.getByLabel('alias added').isChecked(), true)
    await tray.getByRole('button', { name: 'Next', exact: true }).click()
    await tray.locator('#payload-template-output').filter({ hasText: 'lone:v7' }).waitFor()
    await tray.getByRole('button', { name: 'Cancel', exact: true }).click()
    await tray.waitFor({ state: 'detached' })
    assert.equal(await editor.dirty(), false)
  })

  it('disabling, duplicating and deleting are one step to undo each, and marked until they are deployed', async () => {
    await side.view('Automations')
    const before = await editor.flow()
    const row = side.rows('Automations').filter({ hasText: 'Tell the team' })
    await side.choose('Tell the team', 'Disable')
    await row.getByText('not deployed').waitFor()
    await row.getByText('disabled').waitFor()
    await side.rows('Automations').first().focus()
    await editor.page.keyboard.press('Control+z')
    await row.getByText('enabled').waitFor()

    await side.choose('Tell the team', 'Duplicate')
    await side.rows('Automations').filter({ hasText: 'Tell the team (copy)' }).getByText('not deployed').waitFor()
    const copied = (await editor.flow()).filter(({ id }) => !before.some((node) => node.id === id))
    assert.deepEqual(copied.map(({ type }) => type).sort(), ['artifact-event', 'payload-template', 'webhook-sender'])
    assert.equal(copied.find(({ type }) => type === 'artifact-event')?.['d'], true)
    assert.equal(copied.find(({ type }) => type === 'webhook-sender')?.['webhook'], 'channel')
    await undo()
    await side.rows('Automations').filter({ hasText: '(copy)' }).waitFor({ state: 'detached' })

    await side.choose('Tell the team', 'Delete')
    const dialog = editor.page.getByRole('dialog')
    await dialog.getByText('payload of tell').waitFor()
    await dialog.getByText('Team channel (automation-webhook)').waitFor()
    assert.deepEqual(await axeViolations(editor.page, 'dialog[open]'), [])
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    assert.deepEqual(await ids(), before.map(({ id }) => id).sort())
    await side.choose('Tell the team', 'Delete')
    await dialog.getByRole('button', { name: 'Delete' }).click()
    await row.getByText('deleted, not deployed').waitFor()
    assert.deepEqual(
      (await ids()).filter((id) => id.startsWith('tell')),
      [],
    )
    await undo()
    await row.getByText('enabled').waitFor()
    assert.deepEqual(await ids(), before.map(({ id }) => id).sort())
    assert.equal(await editor.dirty(), false)
  })

  it('shows an automation with its payload and its numbers, and what it would have done', async () => {
    await side.choose('Deploy to production', 'Details')
    await side.table('Numbers').getByRole('row').filter({ hasText: '30 days' }).filter({ hasText: '100 %' }).waitFor()
    await side.root.getByText('"alias": "production"').waitFor()
    assert.deepEqual(await axeViolations(editor.page, '.aa-side'), [])
    await side.back()
    await side.choose('Deploy to production', 'Backtest')
    await side.button('Run').click()
    await side.root.getByText('23 looked at, 20 fired, 20 sent, 0 missed').waitFor()
    await side.table('Backtest results').waitFor()
    assert.deepEqual(await axeViolations(editor.page, '.aa-side'), [])
    await side.back()
  })

  it('what comes while an automation is read moves no focus', async () => {
    await side.choose('Deploy to production', 'Details')
    const latest = side.table('Latest deliveries').locator('button')
    await latest.first().focus()
    const focused = () => editor.page.evaluate('document.activeElement.dataset.control')
    const before = await focused()
    assert.equal(await latest.first().getAttribute('data-control'), before)
    await nodeRed.post(linked('v23'))
    await editor.page.waitForFunction(
      (id) => document.querySelector('.aa-detail .aa-link[data-control]')?.getAttribute('data-control') !== id,
      before,
    )
    assert.equal(await focused(), before)
    await side.back()
  })

  it('sends what an automation missed, once', async () => {
    await side.choose('Nightly datasets', 'Enable')
    await editor.deploy()
    await side.rows('Automations').filter({ hasText: 'Nightly datasets' }).getByText('enabled').waitFor()
    await side.choose('Nightly datasets', 'Backtest')
    await side.button('Run').click()
    await side.root.getByText('1 fired, 0 sent, 1 missed').waitFor()
    await side.button('Send what was missed').click()
    const dialog = editor.page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Send what was missed' }).click()
    await dialog.getByText('1 events were handed over.').waitFor()
    await dialog.getByRole('button', { name: 'Close' }).click()
    await receiver.received(1, ({ body }) => body.toString().includes('nightly-1') && body.toString().includes('v0'))
    await side.button('Run').click()
    await side.root.getByText('1 fired, 1 sent, 0 missed').waitFor()
    await side.back()
  })

  it('marks the tab as long as a webhook gives up', async () => {
    await side.root.getByText(/Team channel gives up deliveries/).waitFor()
    const marked = editor.page.locator('[aria-label^="Automations, 1 in trouble"]')
    await marked.first().waitFor({ state: 'attached' })
    receiver.answer((_request, response) => response.end('{}'))
    await nodeRed.post(linked('v30', 'well'))
    await marked.first().waitFor({ state: 'detached' })
    await side.root.getByText(/Team channel gives up deliveries/).waitFor({ state: 'hidden' })
  })

  it('asks for nothing while it is hidden', async () => {
    await editor.page.evaluate("RED.sidebar.show('info')")
    await side.root.waitFor({ state: 'hidden' })
    await editor.page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))')
    requests.length = 0
    await nodeRed.post(linked('v31', 'unseen'))
    const heard = editor.page.evaluate(
      "new Promise((resolve) => RED.comms.subscribe('artifact-automations/news', resolve))",
    )
    await nodeRed.post(linked('v32', 'unseen'))
    await heard
    await editor.page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))')
    await editor.page.evaluate(`new Promise((resolve) => {
      const node = RED.nodes.node('tell')
      node.name = 'Tell everybody'
      RED.events.emit('nodes:change', node)
      // later than what the sidebar plans for the change
      setTimeout(resolve, 200)
    })`)
    assert.deepEqual(requests, [])
    await editor.showSidebar('artifact-automations')
    await side.view('Automations')
    await side.rows('Automations').filter({ hasText: 'Tell everybody' }).waitFor()
    await side.view('History')
    await side.root.getByRole('combobox', { name: 'Status', exact: true }).selectOption('')
    await side.rows('Deliveries').first().filter({ hasText: 'Team channel' }).waitFor()
  })

  it('lists what comes while a search has its first character', async () => {
    const search = side.root.getByRole('searchbox', { name: 'Search' })
    await search.fill('c')
    await side.root.getByText('Search for at least 2 characters').waitFor()
    const before = await side.rows('Deliveries').first().getAttribute('data-key')
    await nodeRed.post(linked('v33', 'unseen'))
    await editor.page.waitForFunction(
      (id) => document.querySelector('.aa-t-history .aa-body > [aria-rowindex="2"]')?.getAttribute('data-key') !== id,
      before,
    )
    await side.root.getByText('Search for at least 2 characters').waitFor()
    await search.fill('')
  })

  it('a link opens its delivery in an editor that is only just being opened', async () => {
    const { page } = editor
    const { deliveries } = (await nodeRed.admin('GET', '/artifact-automations/deliveries?search=churn:v4')) as {
      deliveries: { id: string }[]
    }
    // another query: it is loaded anew
    await page.goto(`${nodeRed.url}/?anew#artifact-automations/deliveries/${deliveries[0]!.id}`)
    await side.root.getByText('acme/wandb-registry-model/churn:v4').first().waitFor()
    assert.equal(
      await side.root.getByRole('tab', { name: 'History', exact: true }).getAttribute('aria-selected'),
      'true',
    )
  })
})

describe(`the automations sidebar for who may only read, in Node-RED ${NODE_RED_VERSION}`, () => {
  let browser: Browser
  let nodeRed: NodeRed
  let editor: Editor
  let userDir: string

  before(async () => {
    browser = await launchBrowser()
    const password = '$2b$08$W8rB1V7S0bq3Y3l9QmUQKe0f3E3b1sUe9n6Jx0P7oE3n7s9G0t8bK'
    const users = [{ username: 'admin', password, permissions: '*' }]
    userDir = await mkdtemp(path.join(tmpdir(), 'artifact-automations-'))
    const watched = [
      { id: 'watched', type: 'artifact-source', name: 'MLflow', kind: 'mlflow', baseUrl: 'http://127.0.0.1:9' },
      {
        id: 'models',
        type: 'artifact-event',
        z: 'tab',
        x: 150,
        y: 500,
        name: 'Models',
        source: 'watched',
        wires: [[]],
      },
    ]
    const far = 'http://127.0.0.1:9'
    const without = ({ credentials: _, accessToken: __, ...node }: FlowNode) => node as FlowNode
    const flow = [...sidebarFlow(far), ...watched].map(without)
    await writeFile(path.join(userDir, 'flows.json'), JSON.stringify(flow))
    nodeRed = await NodeRed.start({
      settings: { adminAuth: { type: 'credentials', users, default: { permissions: 'read' } } },
      userDir,
    })
    editor = await Editor.open(browser, nodeRed, { colorScheme: 'dark', width: 1500, height: 900 })
  })
  after(async () => {
    await editor?.close()
    await browser?.close()
    await nodeRed?.stop()
    await rm(userDir, { recursive: true, force: true })
  })

  it('shows everything and changes nothing, and says why', async () => {
    const { page } = editor
    const changes: string[] = []
    page.on('request', (request) => {
      const reads = /\/(deliveries\/count|events\/explain|automations\/backtest)$/
      if (request.method() !== 'GET' && !reads.test(request.url())) changes.push(request.url())
    })
    await page.evaluate("RED.actions.invoke('artifact-automations:show-automations')")
    const side = page.locator('.aa-side')
    await side.getByText('You may look at everything').waitFor()
    await side.getByRole('button', { name: 'Actions for Deploy to production' }).click()
    const item = (name: string) => page.getByRole('menuitem', { name, exact: true })
    for (const name of ['Disable', 'Send sample', 'Duplicate', 'Delete']) {
      assert.equal(await item(name).getAttribute('aria-disabled'), 'true', name)
      assert.equal(await item(name).getAttribute('title'), 'You may read only.')
    }
    for (const name of ['Details', 'Show in flow', 'Edit', 'Backtest']) {
      assert.equal(await item(name).getAttribute('aria-disabled'), null, name)
    }
    await page.keyboard.press('Escape')
    // a source that fails is shown by its automations
    const strip = side.locator('.aa-troubles')
    await strip.getByText('The source MLflow fails').waitFor()
    await side.getByRole('tab', { name: 'Secrets' }).click()
    await strip.getByRole('button', { name: 'Show' }).click()
    assert.deepEqual(await side.locator('.aa-t-automations .aa-body b').allTextContents(), ['Models'])
    await side.getByRole('combobox', { name: 'Source', exact: true }).first().selectOption('')
    const named: string[] = []
    for (const name of TABS) {
      await side.getByRole('tab', { name, exact: true }).click()
      assert.deepEqual(await axeViolations(page, '.aa-side'), [], name)
      for (const off of await side.locator('button[aria-disabled=true]:visible').all()) {
        named.push((await off.getAttribute('aria-label')) ?? '')
        assert.equal(await off.getAttribute('title'), 'You may read only.', named.at(-1))
      }
    }
    const changing = ['Cancel all that match', 'New automation', 'Pause', 'Redeliver all that match']
    assert.deepEqual([...new Set(named)].sort(), changing)
    await page.evaluate("RED.actions.invoke('artifact-automations:new-automation')")
    const notice = page.locator('.red-ui-notification').filter({ hasText: 'You may read only.' })
    await notice.waitFor({ state: 'attached' })
    assert.equal(await page.locator('.red-ui-tray').count(), 0)
    // what comes from outside can be read, and nothing can be done about it
    await nodeRed.post(linked('v1', 'rc1'))
    const button = (name: string) => side.getByRole('button', { name, exact: true }).first()
    const off = async (name: string) => {
      assert.equal(await button(name).isDisabled(), true, name)
      assert.equal(await button(name).getAttribute('title'), 'You may read only.', name)
    }
    await side.getByRole('tab', { name: 'History', exact: true }).click()
    await side.locator('.aa-t-history .aa-body > .aa-row').first().click()
    await side.locator('.aa-attempts').waitFor()
    for (const name of ['Redeliver', 'Cancel delivery']) await off(name)
    await button('Why?').click()
    await side.getByRole('table', { name: 'Automations for this event' }).getByText('Release candidates').waitFor()
    await side.getByRole('tab', { name: 'Automations', exact: true }).click()
    await button('Actions for Release candidates').click()
    await item('Backtest').click()
    await button('Run').click()
    await side.getByText('1 looked at, 1 fired, 1 sent, 0 missed').waitFor()
    await off('Send what was missed')
    assert.deepEqual(changes, [])
    assert.equal(await editor.dirty(), false)
    assert.deepEqual(editor.problems, [])
  })
})
