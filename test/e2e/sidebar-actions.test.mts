import assert from 'node:assert/strict'
import type { Editor } from './harness/editor.mts'
import { type FlowNode, NODE_RED_VERSION } from './harness/node-red.mts'
import { openSidebar } from './open-sidebar.mts'
import type { Side } from './side.mts'
import { linked } from './sidebar-flow.mts'

const trigger = (name: string, y: number, more: object = {}): FlowNode => ({
  id: name.toLowerCase(),
  type: 'artifact-event',
  z: 'tab',
  x: 150,
  y,
  name,
  source: 'events',
  project: 'model',
  events: ['ADD_ARTIFACT_ALIAS'],
  wires: [['send']],
  ...more,
})

const FLOW: readonly FlowNode[] = [
  { id: 'tab', type: 'tab', label: 'Registry' },
  { id: 'off-tab', type: 'tab', label: 'Off', disabled: true },
  { id: 'events', type: 'artifact-source', name: 'Registry events', auth: 'none' },
  { id: 'watched', type: 'artifact-source', name: 'MLflow', kind: 'mlflow', baseUrl: 'http://127.0.0.1:9' },
  { id: 'hook', type: 'automation-webhook', name: 'Team channel', url: 'http://127.0.0.1:9/hook' },
  trigger('Works', 80),
  trigger('Unwatched', 160, { source: 'watched' }),
  trigger('Off', 240, { d: true }),
  trigger('Asleep', 80, { z: 'off-tab', wires: [[]] }),
  trigger('Broken', 320, { pattern: '(' }),
  { id: 'send', type: 'webhook-sender', z: 'tab', x: 450, y: 80, name: '', webhook: 'hook', wires: [[], []] },
]

describe(`what cannot be done with an automation, in the sidebar of Node-RED ${NODE_RED_VERSION}`, () => {
  let editor: Editor
  let side: Side

  openSidebar({ flow: () => FLOW, before: ({ nodeRed }) => nodeRed.post(linked('v1')) }, async (opened) => {
    ;({ editor, side } = opened)
    await side.show()
    await side
      .rows('Automations')
      .filter({ hasText: 'Broken' })
      .getByText(/pattern/)
      .waitFor()
  })

  /** Why the menu of an automation does not send a sample, and its details neither; null where both do. */
  async function refusal(name: string): Promise<string | null> {
    const { page } = editor
    await side.button(`Actions for ${name}`).click()
    const item = page.getByRole('menuitem', { name: 'Send sample', exact: true })
    const off = (await item.getAttribute('aria-disabled')) === 'true'
    const why = await item.getAttribute('title')
    await page.getByRole('menuitem', { name: 'Details', exact: true }).click()
    const tool = side.button('Send sample')
    assert.equal(await tool.isDisabled(), off, name)
    assert.equal((await tool.getAttribute('title')) || null, why, name)
    await side.back()
    return off ? why : null
  }

  it('sends a sample through what runs, also when its source brings nothing', async () => {
    assert.equal(await refusal('Works'), null)
    assert.equal(await refusal('Unwatched'), null)
  })

  it('sends none through what is disabled or cannot work, and says why', async () => {
    assert.equal(await refusal('Off'), 'It is disabled: enable it, then deploy it.')
    assert.equal(await refusal('Asleep'), 'Its flow is disabled: enable that.')
    assert.match((await refusal('Broken')) ?? '', /pattern/i)
  })

  it('hands what was missed to nobody that is disabled', async () => {
    await side.choose('Off', 'Backtest')
    await side.button('Run').click()
    await side.root.getByText('1 fired, 0 sent, 1 missed').waitFor()
    const send = side.button('Send what was missed')
    assert.equal(await send.isDisabled(), true)
    assert.equal(await send.getAttribute('title'), 'It is disabled: enable it, then deploy it.')
    await side.back()
  })

  it('sends none through what is not deployed, its webhook neither', async () => {
    const dialog = await editor.openConfig('automation-webhook', 'hook')
    await dialog.field('url').fill('http://127.0.0.1:9/changed')
    await dialog.done()
    await side.rows('Automations').filter({ hasText: 'Works' }).getByText('not deployed').waitFor()
    assert.equal(await refusal('Works'), 'Deploy it first.')
    assert.equal(await refusal('Off'), 'It is disabled: enable it, then deploy it.')
  })
})
