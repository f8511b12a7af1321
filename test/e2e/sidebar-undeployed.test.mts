import assert from 'node:assert/strict'
import type { Editor } from './harness/editor.mts'
import { type FlowNode, NODE_RED_VERSION, type NodeRed } from './harness/node-red.mts'
import { openSidebar } from './open-sidebar.mts'
import type { Side } from './side.mts'

/** Two automations that share a webhook, and one that shares nothing with them. */
const FLOW: readonly FlowNode[] = [
  { id: 'tab', type: 'tab', label: 'Registry' },
  { id: 'other-tab', type: 'tab', label: 'Others' },
  { id: 'token', type: 'automation-secret', name: 'TOKEN', credentials: { value: 'first-value' } },
  { id: 'other-token', type: 'automation-secret', name: 'OTHER_TOKEN', credentials: { value: 'a-value' } },
  { id: 'events', type: 'artifact-source', name: 'Registry events', auth: 'none' },
  { id: 'other-events', type: 'artifact-source', name: 'Other events', path: '/other', auth: 'none' },
  {
    id: 'hook',
    type: 'automation-webhook',
    name: 'Team channel',
    url: 'http://127.0.0.1:9/hook',
    accessToken: 'token',
  },
  { id: 'other-hook', type: 'automation-webhook', name: 'Elsewhere', url: 'http://127.0.0.1:9/other' },
  ...automation({ name: 'First', y: 80, source: 'events', webhook: 'hook' }),
  ...automation({ name: 'Second', y: 160, source: 'events', webhook: 'hook' }),
  ...automation({ name: 'Third', y: 80, source: 'other-events', webhook: 'other-hook', z: 'other-tab' }),
]

function automation({
  name,
  y,
  source,
  webhook,
  z = 'tab',
}: Record<'name' | 'source' | 'webhook', string> & { y: number; z?: string }) {
  const id = name.toLowerCase()
  return [
    { id, type: 'artifact-event', z, x: 150, y, name, source, project: 'model', wires: [[`${id}-payload`]] },
    {
      id: `${id}-payload`,
      type: 'payload-template',
      z,
      x: 370,
      y,
      name: '',
      template: '{"alias": "${alias}"}',
      wires: [[`${id}-send`]],
    },
    { id: `${id}-send`, type: 'webhook-sender', z, x: 590, y, name: '', webhook, wires: [[], []] },
  ]
}

describe(`what is not deployed, in the sidebar of Node-RED ${NODE_RED_VERSION}`, () => {
  let nodeRed: NodeRed
  let editor: Editor
  let side: Side

  openSidebar({ flow: () => FLOW }, (opened) => {
    ;({ editor, nodeRed, side } = opened)
  })
  beforeEach(async () => {
    await side.show()
    await side.rows('Automations').nth(2).getByText('enabled').waitFor()
  })
  afterEach(() => editor.load())

  /** Waits until these say that they are not deployed, and nobody else does. */
  async function marked(...names: string[]): Promise<void> {
    const marks = side.rows('Automations').filter({ hasText: 'not deployed' }).locator('.aa-c-name')
    const wanted = [...names].sort().join()
    for (let time = 0; ; time += 1) {
      const texts = (await marks.allTextContents()).sort().join()
      if (texts === wanted) return
      if (time === 50) assert.equal(texts, wanted)
      await editor.page.waitForTimeout(100)
    }
  }

  it('a webhook that they share', async () => {
    const dialog = await editor.openConfig('automation-webhook', 'hook')
    await dialog.field('url').fill('http://127.0.0.1:9/changed')
    await dialog.done()
    await marked('First', 'Second')
    await side.choose('First', 'Details')
    await side.root.locator('.aa-facts .aa-state').getByText('not deployed').waitFor()
    await side.back()
    // as it was
    await side.rows('Automations').first().focus()
    await editor.page.keyboard.press('Control+z')
    await marked()
  })

  it('the value of a secret that their webhook uses', async () => {
    const dialog = await editor.openConfig('automation-secret', 'token')
    await dialog.field('value').fill('second-value')
    await dialog.done()
    await marked('First', 'Second')
    await editor.deploy()
    await marked()
  })

  it('their source', async () => {
    const dialog = await editor.openConfig('artifact-source', 'other-events')
    await dialog.field('path').fill('/another')
    await dialog.done()
    await marked('Third')
  })

  it('a template, and what an undo takes back behind the last deploy', async () => {
    const dialog = await editor.openNode('first-payload')
    await dialog.field('name').fill('Renamed')
    await dialog.done()
    await marked('First')
    await editor.deploy()
    await marked()
    await side.rows('Automations').first().focus()
    await editor.page.keyboard.press('Control+z')
    await marked('First')
  })

  it('a sender that was removed, and a wire that was drawn', async () => {
    await editor.reveal('second-send')
    await editor.page.evaluate("RED.view.select({ nodes: [RED.nodes.node('second-send')] })")
    await editor.page.evaluate("RED.actions.invoke('core:delete-selection')")
    await marked('Second')
    await editor.page.evaluate(`{
      const [source, target] = ['first', 'first-send'].map((id) => RED.nodes.node(id))
      RED.nodes.addLink({ source, sourcePort: 0, target })
      RED.nodes.dirty(true)
    }`)
    await marked('First', 'Second')
  })

  it('their flow, where it was disabled', async () => {
    await editor.page.evaluate("RED.workspaces.show('other-tab')")
    await editor.page.evaluate("RED.actions.invoke('core:disable-flow')")
    await marked('Third')
    await side.rows('Automations').filter({ hasText: 'Third' }).getByText('disabled').waitFor()
  })

  it('a wire that was drawn, also after what another editor deployed was merged, and after that is undone', async () => {
    await editor.page.evaluate(`{
      const [source, target] = ['first', 'first-send'].map((id) => RED.nodes.node(id))
      RED.nodes.addLink({ source, sourcePort: 0, target })
      RED.nodes.dirty(true)
    }`)
    await marked('First')
    const theirs = (await nodeRed.flows()).map((node) => (node.id === 'third' ? { ...node, name: 'Renamed' } : node))
    await nodeRed.deploy(theirs)
    await editor.page.evaluate('RED.diff.getRemoteDiff((diff) => RED.diff.mergeDiff(diff))')
    await side.rows('Automations').filter({ hasText: 'Renamed' }).waitFor()
    await marked('First')
    await side.rows('Automations').first().focus()
    await editor.page.keyboard.press('Control+z')
    await side
      .rows('Automations')
      .filter({ hasText: 'changed by somebody else' })
      .filter({ hasText: 'Third' })
      .waitFor()
    await side.rows('Automations').filter({ hasText: 'First' }).getByText('not deployed').waitFor()
    await nodeRed.deploy(FLOW)
  })

  it('the value of a secret variable of their flow or group, and not what else is changed of those', async () => {
    const secret = [{ name: 'KEY', type: 'cred' }]
    await nodeRed.deploy([
      ...FLOW.map((node) => ({
        ...node,
        ...(node.id === 'other-tab' && { env: secret, credentials: { KEY: 'first' } }),
        ...(node.id.startsWith('second') && { g: 'group' }),
      })),
      {
        id: 'group',
        type: 'group',
        z: 'tab',
        name: 'Group',
        nodes: ['second'],
        env: secret,
        style: {},
        x: 60,
        y: 120,
        w: 200,
        h: 80,
      },
    ])
    await editor.load()
    const edit = async (open: string, change: string) => {
      await editor.fromTray(() => editor.page.evaluate(open))
      await editor.page.evaluate(change)
      await editor.page.locator('#node-dialog-ok').click()
      await editor.page.locator('.red-ui-tray').waitFor({ state: 'detached' })
    }
    const type = (value: string) => `$('.node-input-env-value').typedInput('value', '${value}')`
    const flow = "RED.editor.editFlow(RED.nodes.workspace('other-tab'))"
    const group = "RED.editor.editGroup(RED.nodes.group('group'))"
    await marked()
    for (const holder of [flow, group]) await edit(holder, "$('#node-input-name').val('Another name')")
    await editor.page.waitForFunction('RED.nodes.dirty()')
    await marked()
    await edit(flow, type('second'))
    await marked('Third')
    await edit(group, type('second'))
    await marked('Second', 'Third')
    await editor.deploy()
    await marked()
    await edit(flow, "$('#node-input-name').val('A third name')")
    await editor.page.waitForFunction('RED.nodes.dirty()')
    await marked()
    await nodeRed.deploy(FLOW)
  })
})
