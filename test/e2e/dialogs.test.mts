import assert from 'node:assert/strict'
import type { Browser } from 'playwright-core'
import { EXAMPLES, readExample } from './example-flows.mts'
import { launchBrowser } from './harness/browser.mts'
import { Editor } from './harness/editor.mts'
import { type FlowNode, NODE_RED_VERSION, NodeRed } from './harness/node-red.mts'
import { EVERYTHING_SET, HARDLY_ANYTHING_SET } from './saved-flows.mts'

const CONFIG_TYPES = ['artifact-source', 'automation-webhook', 'automation-secret', 'delivery-store']
const TYPES = ['artifact-event', 'alias-filter', 'payload-template', 'webhook-sender', ...CONFIG_TYPES]

/** An example that holds a node of this type. */
const exampleWith = (type: string): FlowNode[] => {
  const flow = EXAMPLES.map(readExample).find((nodes) => nodes.some((node) => node.type === type))
  if (!flow) throw new Error(`No example has a ${type}.`)
  return flow
}

describe(`open, Done, open again changes nothing, in Node-RED ${NODE_RED_VERSION}`, () => {
  let browser: Browser
  let nodeRed: NodeRed
  let editor: Editor

  before(async () => {
    browser = await launchBrowser()
    nodeRed = await NodeRed.start()
  })
  after(async () => {
    await browser?.close()
    await nodeRed?.stop()
  })
  afterEach(async () => {
    assert.deepEqual(editor.problems, [])
    await editor.close()
  })

  async function openAndDone({ id, type }: FlowNode): Promise<void> {
    const dialog = CONFIG_TYPES.includes(type) ? await editor.openConfig(type, id) : await editor.openNode(id)
    await dialog.done()
  }

  const FLOWS: Record<string, (type: string) => FlowNode[]> = {
    'of an example': exampleWith,
    'with every property set': () => EVERYTHING_SET,
    'with hardly a property': () => HARDLY_ANYTHING_SET,
  }

  for (const [which, flowFor] of Object.entries(FLOWS)) {
    for (const type of TYPES) {
      it(`${type} ${which}`, async () => {
        const flow = flowFor(type)
        await nodeRed.deploy(flow)
        editor = await Editor.open(browser, nodeRed)
        const node = flow.find((one) => one.type === type) as FlowNode
        const before = await editor.flow()
        await openAndDone(node)
        assert.deepEqual(await editor.flow(), before)
        await openAndDone(node)
        assert.deepEqual(await editor.flow(), before)
        const deployed = (await nodeRed.flows()).find(({ id }) => id === node.id)
        assert.deepEqual(
          before.find(({ id }) => id === node.id),
          deployed,
        )
      })
    }
  }

  it('cancelling leaves the node alone, whatever was typed', async () => {
    await nodeRed.deploy(EVERYTHING_SET)
    editor = await Editor.open(browser, nodeRed)
    const before = await editor.flow()
    for (const { id, type } of EVERYTHING_SET.filter((node) => TYPES.includes(node.type))) {
      const dialog = CONFIG_TYPES.includes(type) ? await editor.openConfig(type, id) : await editor.openNode(id)
      await dialog.field('name').fill('typed_and_dropped')
      await dialog.cancel()
    }
    assert.deepEqual(await editor.flow(), before)
  })
})
