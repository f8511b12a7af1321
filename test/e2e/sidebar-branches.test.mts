import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import type { Editor } from './harness/editor.mts'
import { type FlowNode, NODE_RED_VERSION, type NodeRed } from './harness/node-red.mts'
import { openSidebar } from './open-sidebar.mts'
import type { Side } from './side.mts'
import { linked } from './sidebar-flow.mts'

const trigger = { type: 'artifact-event', source: 'events', project: 'model', events: ['ADD_ARTIFACT_ALIAS'] }

/** Automations that are no straight line: with two payloads, over link nodes, by a subflow, and one that is red. */
function flow(far: string): FlowNode[] {
  const place = (id: string, z: string, x: number, y: number) => ({ id, z, x, y })
  const sender = { type: 'webhook-sender', name: '', wires: [[], []] }
  const template = (key: string) => ({ type: 'payload-template', name: key, template: `{"${key}": "\${alias}"}` })
  return [
    { id: 'tab', type: 'tab', label: 'Registry' },
    { id: 'far', type: 'tab', label: 'Senders' },
    { id: 'events', type: 'artifact-source', name: 'Registry events', auth: 'none' },
    { id: 'good', type: 'automation-webhook', name: 'Team channel', url: `${far}/good` },
    { id: 'slow', type: 'automation-webhook', name: 'Release train', url: `${far}/slow`, schedule: '1h' },
    { ...place('both', 'tab', 150, 80), ...trigger, name: 'Both', wires: [['first', 'second']] },
    { ...place('first', 'tab', 350, 80), ...template('first'), wires: [['first-send', 'shown-send']] },
    { ...place('second', 'tab', 350, 140), ...template('second'), wires: [['second-send']] },
    { ...place('first-send', 'tab', 550, 80), ...sender, webhook: 'good' },
    { ...place('second-send', 'tab', 550, 140), ...sender, webhook: 'slow' },
    { ...place('shown-send', 'tab', 550, 200), ...sender, webhook: 'good', mode: 'dry-run' },
    { ...place('across', 'tab', 150, 260), ...trigger, name: 'Across', wires: [['out']] },
    { ...place('out', 'tab', 350, 260), type: 'link out', name: 'to senders', mode: 'link', links: ['in'], wires: [] },
    { ...place('in', 'far', 100, 80), type: 'link in', name: 'from triggers', links: ['out'], wires: [['far-send']] },
    { ...place('far-send', 'far', 300, 80), ...sender, webhook: 'good' },
    {
      id: 'send-it',
      type: 'subflow',
      name: 'Send it',
      in: [{ x: 50, y: 80, wires: [{ id: 'packed-payload' }] }],
      out: [],
    },
    { ...place('packed-payload', 'send-it', 200, 80), ...template('packed'), wires: [['packed-send']] },
    { ...place('packed-send', 'send-it', 400, 80), ...sender, webhook: 'good' },
    { ...place('packed', 'tab', 150, 440), ...trigger, name: 'Packed', pattern: '^never$', wires: [['sends']] },
    { ...place('sends', 'tab', 350, 440), type: 'subflow:send-it', name: '', wires: [] },
    {
      id: 'begin',
      type: 'subflow',
      name: 'Begin',
      in: [],
      out: [{ x: 400, y: 80, wires: [{ id: 'inner', port: 0 }] }],
    },
    { ...place('inner', 'begin', 150, 80), ...trigger, name: 'Inner', pattern: '^never$', wires: [[]] },
    { ...place('begins', 'tab', 150, 500), type: 'subflow:begin', name: '', wires: [['begun-send']] },
    { ...place('begun-send', 'tab', 350, 500), ...sender, webhook: 'slow' },
    { ...place('red', 'tab', 150, 320), ...trigger, name: 'Red', pattern: '(', wires: [[]] },
    { ...place('white', 'tab', 150, 380), ...trigger, name: 'White', wires: [[]] },
  ]
}

describe(`automations that branch, and the sidebar of Node-RED ${NODE_RED_VERSION}`, () => {
  let nodeRed: NodeRed
  let editor: Editor
  let side: Side

  openSidebar(
    {
      flow,
      answer: ({ url }, response) => response.writeHead(url === '/slow' ? 500 : 200).end(),
      before: async ({ nodeRed, far }) => {
        await nodeRed.post(linked('v1'))
        await far.received(3)
      },
      window: { width: 1500, height: 1200 },
    },
    async (opened) => {
      ;({ nodeRed, editor, side } = opened)
      await side.show()
    },
  )
  beforeEach(async () => {
    await editor.page.keyboard.press('Escape')
    while ((await side.button('Back').count()) > 0) await side.back()
  })

  const dialog = () => editor.page.getByRole('dialog')
  const row = (name: string) => side.root.getByRole('row').filter({ has: editor.page.getByText(name, { exact: true }) })
  const undo = async () => {
    await side.button('Filters').focus()
    await editor.page.keyboard.press('Control+z')
  }

  it('details and a backtest show every payload, with the webhooks that get it', async () => {
    await side.choose('Both', 'Details')
    const payloads = side.root.getByRole('group', { name: 'Payload' })
    await payloads.getByText('"first": "production"').waitFor()
    await payloads.getByText('"second": "production"').waitFor()
    assert.equal(await payloads.getByRole('region').count(), 2, 'what goes to two is shown once')
    await payloads.getByText('Release train', { exact: true }).waitFor()
    await side.back()
    await side.choose('Both', 'Backtest')
    await side.button('Run').click()
    const results = side.table('Backtest results')
    await results.getByText('Show', { exact: true }).click()
    await results.getByText('"first": "production"').waitFor()
    await results.getByText('"second": "production"').waitFor()
    await side.back()
  })

  it('details that could not ask for a payload say so, not that no event fires', async () => {
    await editor.page.route('**/automations/backtest', (route) =>
      route.fulfill({ status: 503, json: { error: { code: 'store_unavailable', message: 'The disk is full.' } } }),
    )
    await side.choose('Both', 'Details')
    const payloads = side.root.getByRole('group', { name: 'Payload' })
    await payloads.getByText('The disk is full.').waitFor()
    assert.doesNotMatch((await payloads.textContent()) ?? '', /No event/)
    const asked = editor.page.waitForRequest('**/automations/backtest')
    await payloads.getByRole('button', { name: 'Try again' }).click()
    await asked
    await editor.page.unroute('**/automations/backtest')
    await nodeRed.post(linked('v2'))
    await payloads.getByText('"first": "production"').waitFor()
    await side.back()
    editor.problems.splice(0)
  })

  it('a long reason lies over no other row', async () => {
    await row('Red').getByText('is never closed').waitFor()
    const beyond = await row('Red').evaluate(
      (element) =>
        Math.max(...[...element.children].map((cell) => cell.getBoundingClientRect().bottom)) -
        element.getBoundingClientRect().bottom,
    )
    assert.ok(beyond <= 0, `${beyond} px below its row`)
  })

  it('deleting what goes over link nodes says of none of them that it stays', async () => {
    await side.choose('Across', 'Delete')
    const [go, left, ...more] = await dialog().getByRole('list').allTextContents()
    assert.match(go ?? '', /to senders \(link out\).*from triggers \(link in\)/)
    assert.deepEqual([left, more], [undefined, []], 'the webhook is used by others')
    await dialog().getByRole('button', { name: 'Cancel', exact: true }).click()
  })

  it('a copy goes over the same link nodes to the same webhook', async () => {
    const before = await editor.flow()
    await side.choose('Across', 'Duplicate')
    await row('Across (copy)').getByText('→ Team channel').waitFor()
    const copied = (await editor.flow()).filter(({ id }) => !before.some((node) => node.id === id))
    assert.deepEqual(copied.map(({ type }) => type).sort(), ['artifact-event', 'link out'])
    const out = copied.find(({ type }) => type === 'link out')
    assert.deepEqual(out?.['links'], ['in'])
    const inside = async () => (await editor.flow()).find(({ id }) => id === 'in')?.['links']
    assert.deepEqual(await inside(), ['out', out?.id])
    await undo()
    await row('Across (copy)').waitFor({ state: 'detached' })
    assert.deepEqual(await inside(), ['out'])
    assert.equal((await editor.flow()).length, before.length)
    assert.equal(await editor.dirty(), false)
  })

  it('what was changed in a subflow is not deployed, and where an automation sends is known beyond one', async () => {
    await row('Packed').getByText('→ Team channel').waitFor()
    await row('Inner').getByText('→ Release train').waitFor()
    await editor.page.evaluate(`for (const id of ['packed-payload', 'begun-send']) {
      RED.nodes.node(id).changed = true
      RED.events.emit('nodes:change', RED.nodes.node(id))
    }`)
    for (const [name, webhook] of [
      ['Packed', 'Team channel'],
      ['Inner', 'Release train'],
    ] as const) {
      await row(name).getByText('not deployed').waitFor()
      await row(name).getByText(`→ ${webhook}`).waitFor()
    }
    assert.equal(await row('Both').getByText('not deployed').count(), 0)
    assert.equal(await row('Across').getByText('not deployed').count(), 0)
    await editor.page.evaluate(`for (const id of ['packed-payload', 'begun-send']) {
      RED.nodes.node(id).changed = false
      RED.events.emit('nodes:change', RED.nodes.node(id))
    }`)
    await row('Packed').getByText('not deployed').waitFor({ state: 'detached' })
  })

  for (const [view, search, all, found] of [
    ['Automations', 'Across', 'Both', 'Across'],
    ['Webhooks', 'train', 'Team channel', 'Release train'],
  ] as const) {
    it(`a file of ${view} has what the filters show`, async () => {
      await side.view(view)
      await row(all).first().waitFor()
      await side.root.getByRole('searchbox', { name: 'Search' }).fill(search)
      await row(all).first().waitFor({ state: 'detached' })
      const file = editor.page.waitForEvent('download')
      await side.button('Save as a file').click()
      await editor.page.getByRole('menuitem', { name: 'As JSON' }).click()
      const rows = JSON.parse(await readFile(await (await file).path(), 'utf8')) as { name: string }[]
      assert.deepEqual(
        rows.map(({ name }) => name),
        [found],
      )
      await side.root.getByRole('searchbox', { name: 'Search' }).fill('')
    })
  }

  it('what is done to all that match is done to nothing that the filters do not show', async () => {
    await side.view('History')
    const status = side.root.getByRole('combobox', { name: 'Status' })
    const asked = async (chosen: string, name: string) => {
      await status.selectOption(chosen)
      await side.button(name).click()
      const question = dialog().getByRole('status').filter({ hasNotText: 'Counting' })
      await question.waitFor()
      const text = await question.textContent()
      const isReady = await dialog().locator('button.primary').isEnabled()
      await editor.page.keyboard.press('Escape')
      return { text, isReady }
    }
    assert.deepEqual(await asked('delivered', 'Cancel all that match'), {
      text: 'No pending delivery matches.',
      isReady: false,
    })
    assert.deepEqual(await asked('dry-run', 'Redeliver all that match'), {
      text: 'A dry run is never sent.',
      isReady: false,
    })
    assert.equal((await asked('pending', 'Cancel all that match')).isReady, true)
    assert.equal((await asked('', 'Cancel all that match')).isReady, true)
    await status.selectOption('')
  })
})
