import assert from 'node:assert/strict'
import type { Browser } from 'playwright-core'
import { launchBrowser } from './harness/browser.mts'
import { Editor, type EditorOptions } from './harness/editor.mts'
import { type FlowNode, NodeRed } from './harness/node-red.mts'
import { Receiver } from './harness/receiver.mts'
import { Side } from './side.mts'

interface Opened {
  readonly nodeRed: NodeRed
  /** The far end of the webhooks. */
  readonly far: Receiver
  readonly editor: Editor
  readonly side: Side
}

interface Setting {
  /** @param far where webhooks may send to, without a slash at the end */
  readonly flow: (far: string) => readonly FlowNode[]
  /** How the far end answers; default: 200 "ok". */
  readonly answer?: Parameters<Receiver['answer']>[0]
  /** What has happened before anybody opens the editor. */
  readonly before?: (opened: Pick<Opened, 'nodeRed' | 'far'>) => Promise<unknown>
  readonly window?: EditorOptions
}

/**
 * A Node-RED with a flow, and its editor in a browser, for the tests of one `describe`: call it inside. The tests share
 * them, and none may leave an error on the page. The sidebar is not shown yet.
 *
 * @param take gets what was opened, before the first test
 */
export function openSidebar(
  { flow, answer, before: happens, window = { width: 1500, height: 900 } }: Setting,
  take: (opened: Opened) => void | Promise<void>,
): void {
  let browser: Browser
  let nodeRed: NodeRed
  let far: Receiver
  let editor: Editor

  before(async () => {
    browser = await launchBrowser()
    nodeRed = await NodeRed.start()
    far = await Receiver.listen()
    if (answer) far.answer(answer)
    await nodeRed.deploy(flow(far.url))
    await happens?.({ nodeRed, far })
    editor = await Editor.open(browser, nodeRed, window)
    await take({ nodeRed, far, editor, side: new Side(editor) })
  })
  after(async () => {
    await editor?.close()
    await browser?.close()
    await nodeRed?.stop()
    await far?.close()
  })
  afterEach(() => assert.deepEqual(editor.problems.splice(0), []))
}
