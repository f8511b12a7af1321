import assert from 'node:assert/strict'
import type { Locator } from 'playwright-core'
import type { Editor } from './harness/editor.mts'
import { type FlowNode, NODE_RED_VERSION, type NodeRed } from './harness/node-red.mts'
import type { Receiver, Recorded } from './harness/receiver.mts'
import { openSidebar } from './open-sidebar.mts'
import type { Side } from './side.mts'

const REGISTRY = {
  entity_name: 'acme',
  project_name: 'wandb-registry-model',
  artifact_collection_name: 'churn',
  event_author: 'ada',
}
const aliasAdded = (event_id: string, alias: string) => ({
  ...REGISTRY,
  event_type: 'ADD_ARTIFACT_ALIAS',
  event_id,
  alias,
  artifact_version_string: `acme/wandb-registry-model/churn:${event_id}`,
})
const newVersion = (event_id: string) => ({
  ...REGISTRY,
  project_name: 'training',
  event_type: 'CREATE_ARTIFACT',
  event_id,
  artifact_version_string: `acme/training/churn:${event_id}`,
})

// W&B's page "Create a webhook automation" (docs.wandb.ai, models/automations/create-automations/webhook) in its order:
// secret, webhook, test, automation of a registry, of a project, view, edit, disable, delete, history
describe(`W&B's page on webhook automations, by the sidebar alone, in Node-RED ${NODE_RED_VERSION}`, () => {
  let nodeRed: NodeRed
  let far: Receiver
  let editor: Editor
  let side: Side
  let tray: Locator

  openSidebar({ flow: () => [{ id: 'tab', type: 'tab', label: 'Automations' }] }, async (opened) => {
    ;({ nodeRed, far, editor, side } = opened)
    tray = editor.page.locator('.red-ui-tray').last()
    await side.open()
  })

  const newAutomation = () => editor.fromTray(() => side.button('New automation').click())
  const press = (name: string) => tray.getByRole('button', { name, exact: true }).first().click()
  const field = (label: string) => tray.getByLabel(label, { exact: true })
  const next = async (step: string) => {
    await press('Next')
    await tray.locator('[aria-current=step]').getByText(step, { exact: true }).waitFor()
  }
  const create = async () => {
    await press('Create automation')
    await tray.waitFor({ state: 'detached' })
  }
  const row = (name: string) => side.rows('Automations').filter({ hasText: name })
  const state = (name: string, text: string) => row(name).locator('.aa-c-state').filter({ hasText: text }).waitFor()
  const of = (id: string) => (request: Recorded) => request.body.toString().includes(id)
  const flow = async (type: string): Promise<FlowNode[]> => (await editor.flow()).filter((node) => node.type === type)

  it('makes the secret and the webhook, and tests it, before anything is saved', async () => {
    await side.root.getByText('no automation', { exact: false }).first().waitFor()
    await newAutomation()
    await field('Source name').fill('registry events')
    await field('Authentication').selectOption('none')
    await field('Registry').fill('model')
    await field('version linked').uncheck()
    await field('alias added').check()
    await field('Alias or tag').fill('^production$')
    await next('Payload')
    await tray.locator('#payload-template-output').filter({ hasText: '"alias": "production"' }).waitFor()
    await next('Webhook')
    await field('Webhook name').fill('deploy gateway')
    await field('URL').fill(`${far.url}/dispatch`)
    await press('New secret')
    await field('Secret name').fill('DEPLOY_TOKEN')
    await field('Value').fill('a-token-of-the-gateway')
    await press('Send test')
    await tray.getByText('A delivery would count as delivered').waitFor()
    const [test] = await far.received(1)
    assert.equal(test!.headers.authorization, 'Bearer a-token-of-the-gateway')
    assert.deepEqual(await nodeRed.flows(), [{ id: 'tab', type: 'tab', label: 'Automations' }])
  })

  it('makes the automation of a registry, with its pattern', async () => {
    await next('Name')
    await field('Name').fill('Deploy production models')
    await field('Description').fill('Whatever becomes production goes out.')
    await create()
    await state('Deploy production models', 'not deployed')
    await editor.deploy()
    await state('Deploy production models', 'enabled')
    assert.equal((await nodeRed.post([aliasAdded('v1', 'production'), aliasAdded('v2', 'staging')])).status, 202)
    const [sent] = await far.received(1, of('v1'))
    assert.equal(JSON.parse(sent!.body.toString()).alias, 'production')
    assert.equal(sent!.headers.authorization, 'Bearer a-token-of-the-gateway')
  })

  it('makes the automation of a project, with the same source and webhook', async () => {
    await newAutomation()
    await field('Source').selectOption({ label: 'registry events' })
    await field('Watches').selectOption('project')
    await field('Project').fill('training')
    await field('version linked').uncheck()
    await field('new version').check()
    await next('Payload')
    await next('Webhook')
    await field('Webhook').selectOption({ label: 'deploy gateway' })
    await next('Name')
    await field('Name').fill('Build new versions')
    await create()
    await editor.deploy()
    await state('Build new versions', 'enabled')
    for (const [type, count] of [
      ['artifact-source', 1],
      ['automation-webhook', 1],
      ['automation-secret', 1],
      ['artifact-event', 2],
    ] as const)
      assert.equal((await flow(type)).length, count, type)
    await nodeRed.post(newVersion('v3'))
    await far.received(1, of('v3'))
  })

  it('views an automation by its name', async () => {
    const search = side.root.getByRole('searchbox', { name: 'Search' }).first()
    await search.fill('production models')
    await row('Build new versions').waitFor({ state: 'detached' })
    await side.choose('Deploy production models', 'Details')
    for (const text of ['Whatever becomes production goes out.', 'registry events', 'deploy gateway', '^production$'])
      await side.root.locator('.aa-facts').getByText(text, { exact: true }).waitFor()
    await side.root.getByText('"alias": "production"').waitFor()
    await side.table('Numbers').getByRole('row').filter({ hasText: '24 hours' }).filter({ hasText: '100 %' }).waitFor()
    await side.back()
    await search.fill('')
    await row('Build new versions').waitFor()
  })

  it('has the history, and says why an event did or did not start what', async () => {
    await side.view('History')
    await side.rows('Deliveries').nth(1).waitFor()
    assert.equal(await side.rows('Deliveries').count(), 2)
    await side.rows('Deliveries').filter({ hasText: 'Deploy production models' }).filter({ hasText: '200' }).waitFor()
    await side.view('Events')
    const event = side.rows('Events').filter({ hasText: 'staging' })
    await event.getByRole('button', { name: 'Why?' }).click()
    const why = side.table('Automations for this event').getByRole('row').filter({ hasText: 'Deploy production' })
    await why.getByText('did not fire', { exact: true }).waitFor()
    await why.getByText('The alias is `staging`; the pattern `^production$` does not match it.').first().waitFor()
    await side.back()
  })

  it('edits it: from the next deploy on, staging counts too', async () => {
    await side.view('Automations')
    await editor.fromTray(() => side.choose('Deploy production models', 'Edit'))
    const dialog = editor.dialog('node')
    await dialog.field('pattern').fill('^(production|staging)$')
    await dialog.done()
    await state('Deploy production models', 'not deployed')
    await editor.deploy()
    await state('Deploy production models', 'enabled')
    await nodeRed.post(aliasAdded('v4', 'staging'))
    await far.received(1, of('v4'))
  })

  it('disables it, sees by a backtest what it missed meanwhile, and catches up, once', async () => {
    await side.choose('Deploy production models', 'Disable')
    await editor.deploy()
    await state('Deploy production models', 'disabled')
    await nodeRed.post(aliasAdded('v5', 'production'))
    await side.choose('Deploy production models', 'Enable')
    await editor.deploy()
    await state('Deploy production models', 'enabled')
    await side.choose('Deploy production models', 'Backtest')
    await side.button('Run').click()
    // the staging event of before the edit, and the one while it was disabled
    await side.root.getByText('4 fired, 2 sent, 2 missed').waitFor()
    await side.button('Send what was missed').click()
    const dialog = editor.page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Send what was missed' }).click()
    await dialog.getByText('2 events were handed over.').waitFor()
    await dialog.getByRole('button', { name: 'Close' }).click()
    await far.received(1, of('v5'))
    await far.received(1, of('v2'))
    await side.button('Run').click()
    await side.root.getByText('4 fired, 4 sent, 0 missed').waitFor()
    for (const id of ['v1', 'v2', 'v3', 'v4', 'v5']) assert.equal(far.requests.filter(of(id)).length, 1, id)
    await side.back()
  })

  it('deletes it after a confirmation that says what goes, and leaves the other one alone', async () => {
    await side.choose('Deploy production models', 'Delete')
    const dialog = editor.page.getByRole('dialog')
    await dialog.getByText('Deploy production models (artifact-event)').waitFor()
    assert.equal(await dialog.getByText('deploy gateway').count(), 0, 'what the other one uses is not asked for')
    await dialog.getByRole('button', { name: 'Delete', exact: true }).click()
    await editor.deploy()
    await row('Deploy production models').waitFor({ state: 'detached' })
    await nodeRed.post([aliasAdded('v6', 'production'), newVersion('v7')])
    await far.received(1, of('v7'))
    assert.equal(far.requests.filter(of('v6')).length, 0)
    const left = (await editor.flow()).map(({ type }) => type).sort()
    assert.deepEqual(left, [
      'artifact-event',
      'artifact-source',
      'automation-secret',
      'automation-webhook',
      'payload-template',
      'tab',
      'webhook-sender',
    ])
  })

  it('keeps the secret to itself', async () => {
    await side.view('Secrets')
    await side.rows('Secrets').filter({ hasText: 'DEPLOY_TOKEN' }).getByText('set', { exact: true }).waitFor()
    assert.ok(!(await editor.page.content()).includes('a-token-of-the-gateway'))
    assert.ok(!JSON.stringify(await nodeRed.flows()).includes('a-token-of-the-gateway'))
  })
})
