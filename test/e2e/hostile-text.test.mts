import assert from 'node:assert/strict'
import type { Browser } from 'playwright-core'
import { type Company, company } from '../nodes/wandb.mts'
import { launchBrowser } from './harness/browser.mts'
import { type Dialog, Editor } from './harness/editor.mts'
import { NODE_RED_VERSION, NodeRed } from './harness/node-red.mts'
import { Receiver } from './harness/receiver.mts'
import { HOSTILE_EVENT, hostile, hostileFlow, SHOWN } from './hostile-flow.mts'

const CONFIG_NODES = {
  'automation-webhook': ['webhook', 'wrong-webhook', 'header-webhook', '_ADD_'],
  'artifact-source': ['source', 'twice', 'watched', 'wrong-source', 'later', '_ADD_'],
  'automation-secret': ['hostile-secret', '_ADD_'],
  'delivery-store': ['store'],
} as const
const CANVAS_NODES = ['event', 'wrong', 'filter', 'unreadable', 'template', 'broken', 'sender']

/** Node-RED has a tooltip for each of them, but for an empty password. */
const FIELDS_IN_RED = '[id*="-input-"].input-error:visible:not([type=password])'

/** What must not happen, as the page itself saw it: scripts that ran, elements that came out of a text. */
const ALARMS = `
  globalThis.alarms = []
  globalThis.hostile = (where) => alarms.push('a script ran: ' + where)
  new MutationObserver((records) => {
    for (const { addedNodes } of records)
      for (const added of addedNodes)
        if (added.nodeType === 1 && (added.matches('[data-hostile]') || added.querySelector('[data-hostile]')))
          alarms.push('an element came out of a text: ' + added.outerHTML.slice(0, 200))
  }).observe(document, { childList: true, subtree: true })`

/** As the admin interface would give it, had somebody stored it. */
const HOSTILE_DELIVERY = {
  id: hostile('delivery'),
  event_id: hostile('event-id'),
  automation: { id: 'event', name: hostile('automation') },
  webhook: { id: 'webhook', name: hostile('webhook') },
  sender: { id: 'sender', name: hostile('sender') },
  status: 'failed',
  attempts: 1,
  status_code: null,
  duration_ms: 1,
  created_at: '2026-01-02T00:00:00Z',
  error: { code: hostile('code'), message: hostile('message') },
  source: 'source',
  event: HOSTILE_EVENT,
  request: {
    method: 'POST',
    url: hostile('url'),
    headers: { [hostile('header')]: hostile('value') },
    body: hostile('body'),
  },
  log: [
    {
      started_at: '2026-01-02T00:00:00Z',
      duration_ms: 1,
      error: { code: hostile('code'), message: hostile('reason') },
      response_headers: { [hostile('answer-header')]: hostile('value') },
      response_body: hostile('answer'),
    },
  ],
}

describe(`text from outside in the editor of Node-RED ${NODE_RED_VERSION}`, () => {
  let browser: Browser
  let nodeRed: NodeRed
  let receiver: Receiver
  let wandb: Company
  let editor: Editor

  before(async () => {
    browser = await launchBrowser()
    receiver = await Receiver.listen()
    receiver.answer((_request, response) => {
      response.writeHead(400, hostile('status'), { 'X-Hostile': hostile('answer-header'), 'Content-Type': 'text/html' })
      response.end(JSON.stringify({ error: hostile('answer') }))
    })
    wandb = await company()
    const { world, team, model, ada } = wandb
    Object.assign(ada, { username: hostile('user') })
    world.addProject(team, hostile('wandb-project'))
    world.addCollection(model, hostile('wandb-collection'), 'PORTFOLIO')
    world.addRegistry(wandb.organization, hostile('wandb-registry'))
    const name = hostile('wandb-automation')
    const integration = world.addWebhook(team, hostile('wandb-webhook'), receiver.url)
    const action = { kind: 'webhook', integration, payload: `{"a": "${'${'}alias}", "b": $NOT}` } as const
    const filter = { filter: { alias: { $regex: hostile('wandb-alias') } } }
    world.addTrigger(model, { name, eventType: 'ADD_ARTIFACT_ALIAS', filter, action })
    const slack = world.addSlack(team, 'acme', hostile('wandb-channel'))
    const message = { title: hostile('wandb-title'), message: '${run_name}', severity: 'ERROR' } as const
    const told = { run_filter: '{"$and":[]}', run_state_filter: { states: ['FAILED'] } }
    const slackAction = { kind: 'slack', integration: slack, ...message } as const
    world.addTrigger(wandb.project, { name, eventType: 'RUN_STATE', filter: told, action: slackAction })
    nodeRed = await NodeRed.start()
    const credentials = { value: ada.keys[0] }
    const flow = hostileFlow(receiver.url, wandb.standin.url)
    await nodeRed.deploy(flow.map((node) => (node.id === 'key' ? { ...node, credentials } : node)))
    editor = await Editor.open(browser, nodeRed)
    await editor.page.context().addInitScript(ALARMS)
    await editor.load()
  })
  after(async () => {
    await editor?.close()
    await browser?.close()
    await nodeRed?.stop()
    await wandb?.close()
    await receiver?.close()
  })

  /**
   * Each refusal that a browser gets it notes by itself; and Node-RED looks for a port half a second after the pointer was
   * over it, to show its tooltip, also where the port has gone meanwhile.
   */
  const OTHERS_DOING = /status of (400|500)|reading 'getAttribute'\)[\s\S]*\[as getElementPosition\]/

  /** Does something in the editor, after which nothing may have happened but what was asked for. */
  const holds = (title: string, act: () => Promise<void>) =>
    it(title, async () => {
      const failure = await act().catch((error: unknown) => error)
      const alarms = (await editor.page.evaluate('alarms.splice(0)')) as string[]
      alarms.push(...editor.problems.splice(0).filter((problem) => !OTHERS_DOING.test(problem)))
      // nothing is left open for the next
      if (failure || alarms.length > 0) await editor.load()
      assert.deepEqual(alarms, [])
      assert.ifError(failure)
    })

  const open = (type: string, id: string): Promise<Dialog> =>
    type in CONFIG_NODES ? editor.openConfig(type, id) : editor.openNode(id)

  holds('a notice shows the name of a trigger whose button is pressed', async () => {
    await editor.pressButton('event')
    const notice = editor.page.locator('.red-ui-notification').filter({ hasText: `trigger${SHOWN}` })
    await notice.waitFor({ state: 'attached' })
  })

  holds('a notice shows the reason of a refusal', async () => {
    const refusal = { error: { code: 'refused', message: hostile('refusal') } }
    await editor.page.route('**/events/sample', (route) => route.fulfill({ status: 500, json: refusal }))
    await editor.pressButton('event')
    const notice = editor.page.locator('.red-ui-notification').filter({ hasText: `refusal${SHOWN}` })
    await notice.waitFor({ state: 'attached' })
    await editor.page.unroute('**/events/sample')
  })

  holds('the red triangles on the canvas say what is wrong', async () => {
    for (const [id, where] of [
      ['wrong', 'pattern'],
      ['filter', 'rule'],
      ['broken', 'slot'],
    ]) {
      await editor.reveal(id as string)
      await editor.page.locator(`[id="${id}"] .red-ui-flow-node-error`).hover()
      const told = editor.page.locator('.red-ui-flow-port-tooltip').filter({ hasText: where as string })
      await told.waitFor()
      await editor.page.mouse.move(720, 450)
      await told.waitFor({ state: 'detached' })
    }
  })

  holds('the red triangles in the sidebar of configuration nodes say what is wrong', async () => {
    await editor.showSidebar('config')
    const triangles = editor.page.locator('.red-ui-palette-node-annotations.red-ui-flow-node-error')
    const told: string[] = []
    for (const triangle of await triangles.all()) {
      told.push(await editor.tooltipOf(triangle))
      assert.match(told.at(-1) as string, /Invalid properties/)
    }
    for (const where of ['source', 'format', 'schedule', 'timeout', 'rate']) {
      assert.ok(
        told.some((words) => words.includes(`hostile('${where}')`)),
        `${where} in ${told.join('\n')}`,
      )
    }
  })

  for (const [type, ids] of [...Object.entries(CONFIG_NODES), ['on the canvas', CANVAS_NODES] as const]) {
    for (const id of ids) {
      holds(`the dialog of ${type} ${id} shows its values, and why they cannot be used`, async () => {
        const dialog = await open(type, id)
        for (const field of (await dialog.tray.locator(FIELDS_IN_RED).all()).slice(0, 2)) {
          await editor.tooltipOf(field)
        }
        const first = dialog.tray.locator('.aa-form input[type=text]:visible').first()
        await first.fill(hostile('typed'))
        await first.blur()
        await dialog.cancel()
      })
    }
  }

  holds('the testers show what is typed', async () => {
    for (const id of ['event', 'filter']) {
      const dialog = await editor.openNode(id)
      await dialog.tray.getByLabel('Try it on').first().fill(hostile('alias'))
      await dialog.tray
        .locator('.aa-chip')
        .filter({ hasText: `alias${SHOWN}` })
        .waitFor()
      await dialog.cancel()
    }
  })

  holds('the preview shows events, their fields and what becomes of them', async () => {
    const answer = await nodeRed.post(HOSTILE_EVENT)
    assert.equal(answer.status, 202, answer.text)
    const dialog = await editor.openNode('template')
    const events = dialog.tray.locator('#payload-template-event')
    await events.locator('optgroup').nth(1).waitFor({ state: 'attached' })
    await events.selectOption('received 0')
    await dialog.tray.locator('#payload-template-output').filter({ hasText: 'data-hostile' }).waitFor()
    const variables = dialog.tray.locator('#payload-template-variables')
    await variables.getByText(`event.field${SHOWN}`).waitFor({ state: 'attached' })
    await variables.getByText(`artifact_metadata.metadata${SHOWN}`).waitFor({ state: 'attached' })
    await dialog.typeCode(`{"a": \${b ${hostile('slot')}}}`)
    await dialog.tray.locator('#payload-template-findings').filter({ hasText: 'slot' }).waitFor()
    await dialog.cancel()
  })

  holds('a test shows both sides of the request', async () => {
    const dialog = await editor.openConfig('automation-webhook', 'webhook')
    await dialog.tray.locator('.aa-payload').fill(JSON.stringify({ sent: hostile('sent') }))
    await dialog.tray.getByRole('button', { name: 'Send test' }).click()
    const answer = dialog.tray.locator('.aa-answer')
    await answer.getByText('answer', { exact: false }).filter({ hasText: 'data-hostile' }).first().waitFor()
    await answer.getByText('data-hostile').filter({ hasText: 'sent' }).first().waitFor({ state: 'attached' })
    await answer.getByText(`answer-header${SHOWN}`).waitFor({ state: 'attached' })
    await dialog.cancel()
  })

  holds('the answers of W&B are shown, offered and laid out', async () => {
    const trigger = await editor.openNode('wrong')
    await trigger.field('scope').selectOption('registry')
    for (const property of ['entity', 'project']) await trigger.field(property).fill('')
    await trigger.field('project').focus()
    await trigger.tray.locator('#artifact-event-projects option').first().waitFor({ state: 'attached' })
    await trigger.field('project').fill('model')
    await trigger.field('collection').focus()
    const collections = trigger.tray.locator('#artifact-event-collections option')
    await collections.first().waitFor({ state: 'attached' })
    await trigger.cancel()
    const dialog = await editor.openConfig('artifact-source', 'watched')
    const answer = dialog.tray.locator('#artifact-source-wandb-answer')
    await dialog.tray.getByRole('button', { name: 'Test connection' }).click()
    await answer.getByText(`The key belongs to user${SHOWN}`).waitFor()
    await answer.getByText(`wandb-project${SHOWN}`).waitFor()
    await dialog.tray.getByRole('button', { name: 'Import automations from W&B' }).click()
    await answer.getByText('Laid out').waitFor()
    await answer.getByText(`wandb-automation${SHOWN}`).first().waitFor()
    await dialog.cancel()
    for (const node of await editor.flow()) {
      if (!String(node['name']).startsWith('wandb-')) continue
      const opened = await open(node.type, node.id)
      await opened.cancel()
    }
  })

  holds('the automations sidebar shows them, and what opens in it', async () => {
    const { status, text } = await nodeRed.post({ ...HOSTILE_EVENT, event_id: 'for the sidebar' })
    assert.equal(status, 202, text)
    const { page } = editor
    await page.route('**/artifact-automations/deliveries?*', (route) =>
      route.fulfill({ json: { deliveries: [HOSTILE_DELIVERY], next: null, unavailable: [hostile('unavailable')] } }),
    )
    await page.route('**/artifact-automations/deliveries/*', (route) => route.fulfill({ json: HOSTILE_DELIVERY }))
    await editor.showSidebar('artifact-automations')
    const side = editor.page.locator('.aa-side')
    const row = () => side.locator('.aa-panel:not([hidden]) .aa-body > .aa-row').first()
    const back = () => side.getByRole('button', { name: 'Back', exact: true }).click()
    for (const name of ['Automations', 'History', 'Events', 'Webhooks', 'Secrets']) {
      await side.getByRole('tab', { name, exact: true }).click()
      await row().waitFor()
      if (name === 'Webhooks' || name === 'Secrets') continue
      await row().click()
      await side.locator('.aa-detail-body').last().getByText('hostile').first().waitFor()
      await back()
    }
    await side.getByRole('tab', { name: 'Automations', exact: true }).click()
    for (const item of ['Backtest', 'Delete']) {
      await side.locator('[data-control=actions]').first().click()
      await editor.page.getByRole('menuitem', { name: item, exact: true }).click()
      if (item === 'Backtest') await back()
      else await editor.page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    }
    await page.unroute('**/artifact-automations/deliveries?*')
    await page.unroute('**/artifact-automations/deliveries/*')
  })

  holds("Node-RED's own sidebars, search and questions show them too", async () => {
    await editor.load()
    await nodeRed.post({ ...HOSTILE_EVENT, event_id: 'again' })
    const debugged = await editor.debugMessages()
    await debugged.filter({ hasText: 'data-hostile' }).or(debugged).first().waitFor()
    for (const row of await editor.page.locator('.red-ui-debug-msg-object-expandable').all()) await row.click()
    for (const id of [...CANVAS_NODES, ...Object.values(CONFIG_NODES).flat()]) {
      if (id === '_ADD_') continue
      await editor.reveal(id)
      for (const sidebar of ['info', 'help', 'config']) await editor.showSidebar(sidebar)
    }
    const dialog = await editor.openNode('filter')
    await editor.page
      .locator('#red-ui-tab-editor-tab-appearance-link-button, [data-tab-id="editor-tab-appearance"]')
      .first()
      .click()
    await dialog.cancel()
    await editor.tooltipOf(editor.page.locator('#red-ui-workspace-tabs .red-ui-tab').first())
    await editor.page.evaluate('RED.actions.invoke("core:search")')
    await editor.page.locator('.red-ui-search:visible input').pressSequentially('hostile')
    await editor.page.locator('a.red-ui-search-result').first().waitFor()
    await editor.page.keyboard.press('Escape')
    await editor.page.evaluate('RED.nodes.dirty(true)')
    await editor.page.locator('#red-ui-header-button-deploy').click()
    await editor.page.locator('.red-ui-deploy-dialog-confirm-list').waitFor({ state: 'attached' })
    await editor.load()
  })
})
