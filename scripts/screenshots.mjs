// Pictures of the running editor.
//
//   npm run screenshots                        the ones of the documentation, into docs/images/
//   npm run screenshots -- --review <folder>   every dialog, in Node-RED 5 light and dark and in 4.1, and at 200 %
import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { launchBrowser } from '../test/e2e/harness/browser.mts'
import { Editor } from '../test/e2e/harness/editor.mts'
import { NodeRed } from '../test/e2e/harness/node-red.mts'
import { build } from './build.mjs'

const root = path.resolve(import.meta.dirname, '..')
const { values } = parseArgs({ options: { review: { type: 'string' } } })

const TOKEN = 'demo-token'
const EVENT = {
  event_type: 'ADD_ARTIFACT_ALIAS',
  event_author: 'ada',
  entity_name: 'acme',
  project_name: 'wandb-registry-model',
  artifact_collection_name: 'churn',
  artifact_version_string: 'acme/wandb-registry-model/churn:production',
  artifact_version_index: 3,
  alias: 'production',
}

/** The demo flow as `npm start` has it, with its receiver in this Node-RED. */
async function demoFlow(nodeRed) {
  const text = await readFile(path.join(root, 'scripts/demo/flow.json'), 'utf8')
  const flow = JSON.parse(text.replaceAll('http://127.0.0.1:1880', nodeRed.url))
  return flow.map((node) => (node.type === 'automation-secret' ? { ...node, credentials: { value: TOKEN } } : node))
}

/** Beside the demo, an automation whose webhook nobody answers for: what the sidebar is for. */
function troubleFlow(nodeRed) {
  const trigger = { source: 'd0a7000000000022', scope: 'registry', project: 'model', events: ['ADD_ARTIFACT_ALIAS'] }
  return [
    { id: 'team', type: 'tab', label: 'Team' },
    {
      id: 'channel',
      type: 'automation-webhook',
      name: 'Team channel',
      url: `${nodeRed.url}/moved-channel`,
      schedule: '',
    },
    {
      id: 'tell',
      type: 'artifact-event',
      z: 'team',
      x: 140,
      y: 80,
      name: 'Tell the team',
      ...trigger,
      pattern: '^staging',
      wires: [['told']],
    },
    {
      id: 'told',
      type: 'payload-template',
      z: 'team',
      x: 340,
      y: 80,
      name: '',
      template: '{"text": "${alias}: ${artifact_version_string}"}',
      wires: [['sent']],
    },
    { id: 'sent', type: 'webhook-sender', z: 'team', x: 540, y: 80, name: '', webhook: 'channel', wires: [[], []] },
  ]
}

/** The window, in pixels of the page. Dialogs take its height. */
const WIDTH = 1480
const CANVAS_HEIGHT = 680
const DIALOG_HEIGHT = 1080

/** Node-RED's word for a config node that is yet to be made. */
const NEW = '_ADD_'

/** What is shown: a name, and how to get there. Each begins on the canvas and ends there. */
const SCENES = {
  async 'demo-flow'(stage) {
    await stage.resize(CANVAS_HEIGHT)
    await stage.editor.debugMessages()
    await stage.nodeRed.post(EVENT, { token: TOKEN })
    await stage.editor.page.locator('.red-ui-debug-msg').first().waitFor()
    await stage.editor.page.getByText('200').first().waitFor()
    await stage.editor.hidePalette()
    await stage.shoot(stage.editor.page)
    await stage.editor.hidePalette()
  },
  'payload-template': (stage) => stage.dialog('payload-template', 'Build and deploy'),
  'alias-filter': (stage) => stage.dialog('alias-filter', '', { height: 840 }),
  'artifact-event': (stage) => stage.dialog('artifact-event', 'Alias in registry model'),
  'webhook-sender': (stage) => stage.dialog('webhook-sender', 'Send'),
  'artifact-source': (stage) => stage.dialog('artifact-source', 'Demo source'),
  'automation-webhook': (stage) => stage.dialog('automation-webhook', 'Demo receiver'),
  'automation-secret': (stage) => stage.dialog('automation-secret', 'DEMO_INGEST_TOKEN'),
  'delivery-store': (stage) => stage.dialog('delivery-store', NEW),
  async sidebar(stage) {
    for (const alias of ['production', 'staging', 'production', 'latest']) await stage.post({ alias })
    await stage.sidebar(async (side) => side.locator('.aa-t-automations .aa-is-good').nth(2).waitFor())
  },
  'sidebar-automation': (stage) =>
    stage.sidebar(async (side) => {
      await stage.choose(side, 'Alias in registry model', 'Details')
      await side.getByText('BUILD_AND_DEPLOY').first().waitFor()
    }),
  'sidebar-history': (stage) =>
    stage.sidebar(async (side) => {
      await side.getByRole('tab', { name: 'History' }).click()
      await side.locator('.aa-t-history .aa-body > .aa-row').nth(2).waitFor()
    }),
  'sidebar-delivery': (stage) =>
    stage.sidebar(async (side) => {
      await side.getByRole('tab', { name: 'History' }).click()
      await side.locator('.aa-t-history .aa-body > .aa-row').first().click()
      await side.locator('.aa-attempts').waitFor()
    }),
  'sidebar-events': (stage) =>
    stage.sidebar(async (side) => {
      await side.getByRole('tab', { name: 'Events' }).click()
      await side.locator('.aa-t-events .aa-body > .aa-row').nth(2).waitFor()
    }),
  'sidebar-why': (stage) =>
    stage.sidebar(async (side) => {
      await side.getByRole('tab', { name: 'Events' }).click()
      await side.locator('.aa-t-events .aa-body > .aa-row').first().click()
      await side.getByRole('table', { name: 'Automations for this event' }).waitFor()
    }),
  'sidebar-webhooks': (stage) =>
    stage.sidebar(async (side) => {
      await side.getByRole('tab', { name: 'Webhooks' }).click()
      await side.locator('.aa-t-webhooks').getByText('failing').waitFor()
    }),
  'sidebar-secrets': (stage) =>
    stage.sidebar(async (side) => {
      await side.getByRole('tab', { name: 'Secrets' }).click()
      await side.locator('.aa-t-secrets .aa-body > .aa-row').nth(1).waitFor()
    }),
  'sidebar-backtest': (stage) =>
    stage.sidebar(async (side) => {
      await stage.choose(side, 'Tell the team', 'Backtest')
      await side.getByRole('button', { name: 'Run', exact: true }).click()
      await side.getByRole('table', { name: 'Backtest results' }).waitFor()
    }),
  'new-automation': (stage) => stage.wizard('Payload'),
  'webhook-test': (stage) => stage.dialog('automation-webhook', 'Demo receiver', { prepare: testTheWebhook }),
}

/** Folds what is above the test away, and sends a template of the flow. */
async function testTheWebhook(dialog) {
  await dialog.tray.evaluate((tray) => {
    for (const section of tray.querySelectorAll('details')) section.open = false
  })
  await dialog.unfold('automation-webhook-test-section')
  await dialog.tray.locator('.aa-toolbar select').first().selectOption({ label: 'Build and deploy' })
  await dialog.tray.locator('button:has(.fa-paper-plane)').click()
  await dialog.tray.locator('.aa-answer .aa-status').waitFor()
}

const IN_DOCUMENTATION = ['demo-flow', 'payload-template', 'alias-filter', 'webhook-test', 'new-automation']
const OF_THE_SIDEBAR = Object.keys(SCENES).filter((scene) => scene.startsWith('sidebar'))
const CONFIG_TYPES = ['artifact-source', 'automation-webhook', 'automation-secret', 'delivery-store']

/** A running editor with the demo flow, and a folder for the pictures. */
class Stage {
  constructor(nodeRed, editor, flow, folder, zoom) {
    Object.assign(this, { nodeRed, editor, flow, folder, zoom })
  }

  async shoot(target) {
    await this.editor.screenshot(path.join(this.folder, `${this.scene}.png`), target)
  }

  async resize(height) {
    await this.editor.page.setViewportSize({ width: WIDTH / this.zoom, height: Math.max(height / this.zoom, 480) })
  }

  /** Opens a node's dialog, does something in it, takes its picture and cancels it. */
  async dialog(type, name, { height = DIALOG_HEIGHT, prepare = async () => {} } = {}) {
    await this.resize(height)
    const id = name === NEW ? NEW : this.flow.find((node) => node.type === type && node.name === name).id
    const dialog = CONFIG_TYPES.includes(type) ? await this.editor.openConfig(type, id) : await this.editor.openNode(id)
    await prepare(dialog)
    // off the buttons, and off what has a tooltip
    await this.editor.page.mouse.move(0, 0)
    await this.editor.page.locator('.red-ui-popover').first().waitFor({ state: 'hidden' })
    // in Node-RED 5 the tray has a margin through which the canvas shows
    const inner = dialog.tray.locator('.red-ui-tray-wrapper')
    await this.shoot((await inner.count()) > 0 ? inner : dialog.tray)
    await dialog.cancel()
  }

  /** Goes through the steps of a new automation up to the one of this name, takes its picture and leaves. */
  async wizard(step) {
    const { page } = this.editor
    await this.resize(1000)
    await this.editor.fromTray(() => page.evaluate(() => RED.actions.invoke('artifact-automations:new-automation')))
    const tray = page.locator('.red-ui-tray').last()
    await tray.getByLabel('Source', { exact: true }).selectOption({ label: 'Demo source' })
    await tray.getByLabel('version linked').uncheck()
    await tray.getByLabel('alias added').check()
    await tray.getByLabel('Alias or tag', { exact: true }).fill('^production$')
    while (!(await tray.locator('[aria-current=step]', { hasText: step }).isVisible()))
      await tray.getByRole('button', { name: 'Next', exact: true }).click()
    await tray.locator('.view-line').first().waitFor()
    await page.mouse.move(0, 0)
    const inner = tray.locator('.red-ui-tray-wrapper')
    await this.shoot((await inner.count()) > 0 ? inner : tray)
    await tray.getByRole('button', { name: 'Cancel', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click()
    await tray.waitFor({ state: 'detached' })
  }

  /** Chooses from the menu of an automation's row. */
  async choose(side, automation, item) {
    await side.getByRole('tab', { name: 'Automations' }).click()
    await side.getByRole('button', { name: `Actions for ${automation}` }).click()
    await this.editor.page.getByRole('menuitem', { name: item, exact: true }).click()
  }

  async post(more) {
    await this.nodeRed.post({ ...EVENT, ...more }, { token: TOKEN })
  }

  /** Shows the tab of the sidebar with some room, does something in it and takes its picture. */
  async sidebar(act) {
    const { page } = this.editor
    await this.resize(CANVAS_HEIGHT)
    await this.editor.showSidebar('artifact-automations')
    const side = page.locator('.aa-side')
    await side.waitFor()
    // as if its edges were dragged: all of the height, and the width of a page
    const style =
      '.red-ui-sidebar:has(.aa-side) { width: 640px !important; max-height: 560px } .red-ui-sidebar-section-bottom { display: none !important } .red-ui-sidebar-section-top { height: 100% !important; flex: 1 1 auto !important }'
    const wide = this.zoom === 1 ? await page.addStyleTag({ content: style }) : null
    await act(side)
    await page.mouse.move(0, 0)
    await this.shoot(side)
    const back = side.getByRole('button', { name: 'Back', exact: true })
    while ((await back.count()) > 0) await back.first().click()
    await side.getByRole('tab', { name: 'Automations' }).click()
    await wide?.evaluate((element) => element.remove())
  }

  async play(scene) {
    this.scene = scene
    await SCENES[scene](this)
  }
}

async function take({ name, colorScheme, zoom = 1, folder, scenes, trouble = false }) {
  await mkdir(folder, { recursive: true })
  const browser = await launchBrowser()
  const nodeRed = await NodeRed.start({ package: name })
  try {
    await nodeRed.deploy([...(await demoFlow(nodeRed)), ...(trouble ? troubleFlow(nodeRed) : [])])
    const editor = await Editor.open(browser, nodeRed, { colorScheme, scale: 2 })
    const stage = new Stage(nodeRed, editor, await demoFlow(nodeRed), folder, zoom)
    for (const scene of scenes) {
      await stage.play(scene)
      process.stdout.write(`${path.join(path.relative(root, folder), scene)}.png\n`)
    }
    if (editor.problems.length > 0) throw new Error(editor.problems.join('\n'))
  } finally {
    await browser.close()
    await nodeRed.stop()
  }
}

await build()
const runs = values.review
  ? [
      ['node-red', 'light', 1],
      ['node-red', 'dark', 1],
      ['node-red-4', 'light', 1],
      ['node-red', 'dark', 2],
      ['node-red-4', 'light', 2],
    ].map(([name, colorScheme, zoom]) => {
      const folder = path.join(path.resolve(values.review), `${name}-${colorScheme}-${zoom}00`)
      const dialogs = Object.keys(SCENES).filter((scene) => !OF_THE_SIDEBAR.includes(scene))
      return { name, colorScheme, zoom, folder, dialogs }
    })
  : [
      {
        name: 'node-red',
        colorScheme: 'light',
        folder: path.join(root, 'docs/images'),
        dialogs: IN_DOCUMENTATION,
      },
    ]
for (const { dialogs, ...run } of runs) {
  await take({ ...run, scenes: dialogs })
  await take({ ...run, scenes: OF_THE_SIDEBAR, trouble: true })
}
