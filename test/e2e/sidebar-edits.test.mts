import assert from 'node:assert/strict'
import type { Locator } from 'playwright-core'
import type { Editor } from './harness/editor.mts'
import { type FlowNode, NODE_RED_VERSION, type NodeRed } from './harness/node-red.mts'
import type { Receiver } from './harness/receiver.mts'
import { openSidebar } from './open-sidebar.mts'
import type { Side } from './side.mts'
import { linked } from './sidebar-flow.mts'

const HOUR = 3_600_000

/** An automation whose sender stands on a locked flow, and one that stands together. */
function flow(far: string): FlowNode[] {
  const trigger = { source: 'events', project: 'model', events: ['ADD_ARTIFACT_ALIAS'] }
  return [
    { id: 'tab', type: 'tab', label: 'Registry' },
    { id: 'far', type: 'tab', label: 'Senders of all', locked: true },
    { id: 'events', type: 'artifact-source', name: 'Registry events', auth: 'none' },
    { id: 'hook', type: 'automation-webhook', name: 'Team channel', url: `${far}/gone` },
    {
      id: 'near',
      type: 'artifact-event',
      z: 'tab',
      x: 150,
      y: 80,
      name: 'Near',
      ...trigger,
      wires: [['near-payload']],
    },
    {
      id: 'near-payload',
      type: 'payload-template',
      z: 'tab',
      x: 350,
      y: 80,
      name: 'payload',
      template: '{"first": "${alias}"}',
      wires: [['near-send']],
    },
    { id: 'near-send', type: 'webhook-sender', z: 'tab', x: 550, y: 80, webhook: 'hook', wires: [[], []] },
    {
      id: 'across',
      type: 'artifact-event',
      z: 'tab',
      x: 150,
      y: 180,
      name: 'Across',
      ...trigger,
      pattern: '^never$',
      wires: [['out']],
    },
    { id: 'out', type: 'link out', z: 'tab', x: 350, y: 180, name: '', mode: 'link', links: ['in'], wires: [] },
    { id: 'in', type: 'link in', z: 'far', x: 100, y: 80, name: '', links: ['out'], wires: [['far-send']] },
    { id: 'far-send', type: 'webhook-sender', z: 'far', x: 300, y: 80, webhook: 'hook', wires: [[], []] },
  ]
}

describe(`edits and the sidebar of Node-RED ${NODE_RED_VERSION}`, () => {
  let nodeRed: NodeRed
  let receiver: Receiver
  let editor: Editor
  let side: Side

  openSidebar(
    {
      flow,
      answer: (_request, response) => response.writeHead(404).end(),
      before: async ({ nodeRed, far }) => {
        for (const id of ['v1', 'v2', 'v3']) await nodeRed.post(linked(id))
        await far.received(3)
      },
    },
    async (opened) => {
      ;({ nodeRed, far: receiver, editor, side } = opened)
      await side.show()
    },
  )

  const actions = (name: string) => side.button(`Actions for ${name}`)
  const item = (name: string) => editor.page.getByRole('menuitem', { name, exact: true })
  it('details follow what is edited while they are open, and say what has gone', async () => {
    await side.choose('Near', 'Details')
    const state = side.root.locator('.aa-facts .aa-state')
    await state.getByText('enabled').waitFor()
    await side.root.getByText('"first": "production"').waitFor()
    await side.choose('Near', 'Disable')
    await state.getByText('not deployed').waitFor()
    await state.getByText('disabled').waitFor()
    assert.equal(await side.root.getByRole('button', { name: 'Send sample' }).isDisabled(), true)
    await actions('Near').click()
    await item('Enable').click()
    await state.getByText('disabled').waitFor({ state: 'detached' })
    // what stands after the trigger is the automation too
    await editor.page.evaluate(`{
      const template = RED.nodes.node('near-payload')
      Object.assign(template, { template: '{"second": "\${alias}"}', changed: true })
      const trigger = RED.nodes.node('near')
      Object.assign(trigger, { name: 'Nearer', changed: false })
      RED.events.emit('nodes:change', trigger)
    }`)
    await side.root.getByRole('heading', { name: 'Nearer' }).waitFor()
    await state.getByText('not deployed').waitFor()
    await side.root.getByText('"second": "production"').waitFor()
    await side.back()
    await side.choose('Nearer', 'Backtest')
    await side.root.getByRole('button', { name: 'Run' }).click()
    await side.root.getByText('second').first().waitFor({ state: 'attached' })
    assert.match((await side.table('Backtest results').textContent()) ?? '', /"second"/)
    await side.back()
    await side.choose('Nearer', 'Details')
    await side.choose('Nearer', 'Delete')
    await editor.page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click()
    await state.getByText('deleted, not deployed').waitFor()
    await side.back()
    await editor.load()
    await side.show()
  })

  it('what stands on a locked flow is not deleted, nor what is wired to it', async () => {
    await actions('Across').click()
    assert.equal(await item('Delete').getAttribute('aria-disabled'), 'true')
    assert.equal(await item('Delete').getAttribute('title'), 'The flow Senders of all is locked.')
    assert.equal(await item('Disable').getAttribute('aria-disabled'), null)
    await editor.page.keyboard.press('Escape')
    await actions('Near').click()
    assert.equal(await item('Delete').getAttribute('aria-disabled'), null)
    // somebody locks it while it is asked
    await item('Delete').click()
    await editor.page.evaluate("RED.nodes.workspace('tab').locked = true")
    const dialog = editor.page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Delete', exact: true }).click()
    await dialog.getByText('The flow Registry is locked.').waitFor()
    await dialog.getByRole('button', { name: 'Close' }).click()
    await editor.page.evaluate("delete RED.nodes.workspace('tab').locked")
    assert.equal(await editor.dirty(), false)
  })

  it('a menu gives the focus back to its row when that was made anew meanwhile', async () => {
    await actions('Near').click()
    await item('Details').waitFor()
    await nodeRed.post(linked('v4'))
    await side.rows('Automations').filter({ hasText: 'Near' }).getByText('4 · 0 · 4').waitFor({ state: 'attached' })
    await editor.page.keyboard.press('Escape')
    const focused = () => editor.page.evaluate('document.activeElement.getAttribute("aria-label")')
    assert.equal(await focused(), 'Actions for Near')
  })

  it('what fails says so where it was asked, and works when it is tried again', async () => {
    const { page } = editor
    const refused = (status: number, message: string) =>
      status === 401
        ? { status, body: 'Unauthorized' }
        : { status, json: { error: { code: 'store_unavailable', message, details: [] } } }
    /** Does something while a call is refused, and again when it is not. */
    const failing = async (call: RegExp, status: number, first: () => Promise<void>, said: Locator) => {
      await page.route(call, (route) => route.fulfill(refused(status, `Refused with ${status}.`)))
      await first()
      await said.first().waitFor()
      await page.unroute(call)
    }
    const panel = side.root.locator('.aa-panel:not([hidden])')
    const again = panel.getByRole('button', { name: 'Try again' })
    const words = (status: number) => (status === 401 ? /Your session has ended/ : new RegExp(`Refused with ${status}`))
    for (const [name, call, table] of [
      ['Automations', /artifact-automations\/automations$/, 'Automations'],
      ['History', /artifact-automations\/deliveries\?/, 'Deliveries'],
      ['Events', /artifact-automations\/events\?/, 'Events'],
      ['Webhooks', /artifact-automations\/webhooks$/, 'Webhooks'],
    ] as const) {
      for (const status of [503, 401]) {
        const shown = async () => {
          await side.view(name)
          await page.evaluate("RED.events.emit('nodes:change', RED.nodes.node('near'))")
          await nodeRed.post(linked(`${name}-${status}`))
        }
        await failing(call, status, shown, panel.getByText(words(status)))
        await again.click()
        await again.waitFor({ state: 'detached' })
        await side.rows(table).first().waitFor()
      }
    }
    await side.view('History')
    const open = () => side.rows('Deliveries').first().click()
    await failing(/deliveries\/[^/?]+$/, 503, open, panel.getByText(words(503)))
    await again.click()
    await panel.getByText('"alias"').first().waitFor()
    const press = (name: string) => panel.getByRole('button', { name, exact: true }).click()
    const redeliver = () => press('Redeliver')
    await failing(/\/redeliver$/, 409, redeliver, panel.getByText(words(409)))
    await press('Redeliver')
    await panel.getByText('It is sent again').waitFor()
    await failing(/events\/explain/, 503, () => press('Why?'), panel.getByText(words(503)))
    await again.click()
    await panel.getByRole('table', { name: 'Automations for this event' }).waitFor()
    await side.back()
    await side.back()

    const dialog = page.getByRole('dialog')
    const inDialog = (name: string) => dialog.getByRole('button', { name, exact: true })
    await failing(/deliveries\/count$/, 503, () => press('Redeliver all that match'), dialog.getByText(words(503)))
    await inDialog('Try again').click()
    await dialog.getByText(/failed: \d+ deliveries match/).waitFor()
    await failing(/deliveries\/redeliver$/, 503, () => inDialog('Redeliver').click(), dialog.getByText(words(503)))
    await inDialog('Try again').click()
    await dialog.getByText('deliveries are sent again.').waitFor()
    await inDialog('Close').click()

    await side.view('Webhooks')
    await failing(/\/pause$/, 503, () => press('Pause'), panel.getByText(words(503)))
    await again.click()
    await press('Pause')
    await press('Resume')
    await side.view('Automations')
    await side.choose('Near', 'Backtest')
    await failing(/backtest$/, 503, () => press('Run'), panel.getByText(words(503)))
    await again.click()
    await panel.getByText(/looked at/).waitFor()
    await side.back()
    const refusals = /Failed to load resource.*(401|409|503)/
    assert.deepEqual(
      editor.problems.splice(0).filter((problem) => !refusals.test(problem)),
      [],
    )
  })

  it('what somebody else deploys is noticed, and not taken for one of our own changes', async () => {
    await side.view('Automations')
    const changed = flow(receiver.url)
      .filter(({ id }) => !['across', 'out', 'in', 'far-send'].includes(id))
      .map((node) => (node.id === 'near' ? { ...node, name: 'Near, as others have it' } : node))
    await nodeRed.deploy([...changed, { ...changed.at(-3)!, id: 'theirs', name: 'Theirs', wires: [[]] }])
    for (const name of ['Near', 'Across', 'Theirs'])
      await side.rows('Automations').filter({ hasText: name }).getByText('changed by somebody else').waitFor()
    await actions('Theirs').click()
    assert.match((await item('Edit').getAttribute('title')) ?? '', /Somebody else deployed it/)
    await editor.page.keyboard.press('Escape')
    await nodeRed.deploy(flow(receiver.url))
    await editor.load()
    await side.show()
    await side.rows('Automations').filter({ hasText: 'Near' }).getByText('enabled').waitFor()
  })

  describe('in a browser whose clock is wrong', () => {
    before(async () => {
      const { clock } = editor.page
      await clock.install({ time: Date.now() - 2 * HOUR })
      await editor.load()
      await side.show()
    })

    it('all that matched is sent again, and what came after it was counted is not', async () => {
      await side.view('History')
      await side.rows('Deliveries').nth(3).waitFor()
      await side.root.getByRole('button', { name: 'Redeliver all that match' }).click()
      const dialog = editor.page.getByRole('dialog')
      const filter = { status: 'failed' }
      const counted = await nodeRed.admin('POST', '/artifact-automations/deliveries/count', filter)
      const { count } = counted as { count: number }
      await dialog.getByText(`failed: ${count} deliveries match`).waitFor()
      const before = receiver.requests.length
      await nodeRed.post(linked('v5'))
      await receiver.received(before + 1)
      await dialog.getByRole('button', { name: 'Redeliver', exact: true }).click()
      await dialog.getByText(`${count} deliveries are sent again.`).waitFor()
      await dialog.getByRole('button', { name: 'Close' }).click()
      await receiver.received(before + 1 + count)
    })

    it('times of yesterday have their date after midnight', async () => {
      const { clock } = editor.page
      await side.rows('Deliveries').nth(4).waitFor()
      const texts = () => side.rows('Deliveries').locator('.aa-c-when time').allTextContents()
      await clock.setSystemTime(Date.now())
      await clock.fastForward(60_000)
      for (const text of await texts()) assert.match(text, /^\d\d:\d\d:\d\d$/)
      await clock.fastForward(24 * HOUR)
      for (const text of await texts()) assert.match(text, /^\w+ \d+, \d\d:\d\d$/)
    })
  })
})
