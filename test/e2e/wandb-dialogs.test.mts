import assert from 'node:assert/strict'
import type { Browser } from 'playwright-core'
import { collects, secretId, source, trigger } from '../nodes/automation.mts'
import { type Company, company } from '../nodes/wandb.mts'
import { launchBrowser } from './harness/browser.mts'
import { Editor } from './harness/editor.mts'
import { type FlowNode, NODE_RED_VERSION, NodeRed } from './harness/node-red.mts'
import { Receiver } from './harness/receiver.mts'
import { eventually } from './harness/wait.mts'

/** What a source of a later version may be. */
const LATER = source({ id: 'later', kind: 'comet', path: '/later', name: 'of the future' })

describe(`W&B in the dialogs of Node-RED ${NODE_RED_VERSION}`, () => {
  let browser: Browser
  let nodeRed: NodeRed
  let wandb: Company
  let editor: Editor
  /** Pictures of what the tests see, for a person who wants to look. */
  const pictures = process.env['PICTURES']
  const picture = async (name: string) => {
    if (pictures) await editor.screenshot(`${pictures}/${name}.png`)
  }

  before(async () => {
    browser = await launchBrowser()
    wandb = await company()
    nodeRed = await NodeRed.start()
    const credentials = wandb.credentials[secretId('WANDB_API_KEY')]
    const withKey = wandb.nodes.map((node) => (node.type === 'automation-secret' ? { ...node, credentials } : node))
    const nodes: FlowNode[] = [
      { id: 'tab', type: 'tab', label: 'W&B' },
      ...withKey,
      LATER,
      { ...trigger({ id: 'watched', z: 'tab', x: 150, y: 100, entity: '', project: '', wires: [['out']] }) },
      { ...collects('out'), type: 'debug', z: 'tab', x: 400, y: 100 },
    ]
    await nodeRed.deploy(nodes)
    editor = await Editor.open(browser, nodeRed, {
      colorScheme: process.env['THEME'] === 'dark' ? 'dark' : 'light',
      height: 1100,
    })
  })
  after(async () => {
    await editor?.close()
    await browser?.close()
    await nodeRed?.stop()
    await wandb?.close()
  })
  afterEach(() => assert.deepEqual(editor.problems.splice(0), []))

  it('a new source of kind wandb asks for a base URL, a key and an interval, and tests the connection', async () => {
    const dialog = await editor.openConfig('artifact-source', '_ADD_')
    await dialog.field('kind').selectOption('wandb')
    assert.equal(await dialog.field('path').isVisible(), false)
    assert.equal(await dialog.field('baseUrl').inputValue(), 'https://api.wandb.ai')
    assert.equal(await dialog.field('interval').inputValue(), '30')
    await dialog.field('baseUrl').fill(wandb.standin.url)
    await dialog.field('apiKey').selectOption(secretId('WANDB_API_KEY'))
    await dialog.tray.getByRole('button', { name: 'Test connection' }).click()
    const answer = dialog.tray.locator('#artifact-source-wandb-answer')
    await answer.getByText('The key belongs to ada.').waitFor()
    assert.match(String(await answer.textContent()), /acme\/dataset, acme\/model/)
    await picture('source-tested')
    await dialog.tray.getByRole('button', { name: 'Import automations from W&B' }).click()
    await answer.getByText('Add this source first').waitFor()
    await dialog.field('baseUrl').fill('https://wandb.ai')
    await dialog.field('interval').fill('often')
    await editor.page.keyboard.press('Tab')
    await dialog.tray.getByRole('button', { name: 'Test connection' }).click()
    await answer.getByText('programs ask https://api.wandb.ai').waitFor()
    await picture('source-wrong')
    // the browser itself notes each answer that is a refusal
    assert.match(editor.problems.splice(0).join(), /status of 400/)
    await dialog.cancel()
  })

  for (const id of ['source', 'later']) {
    it(`open, Done, open again changes nothing in the source ${id}`, async () => {
      const before = await editor.flow()
      for (let time = 0; time < 2; time += 1) {
        const dialog = await editor.openConfig('artifact-source', id)
        await dialog.done()
        assert.deepEqual(await editor.flow(), before)
        assert.equal(await editor.dirty(), false)
      }
    })
  }

  it('keeps the kind of a source that it does not know, whatever else is changed', async () => {
    const dialog = await editor.openConfig('artifact-source', 'later')
    await dialog.field('name').fill('renamed')
    await dialog.done()
    const [saved] = (await editor.flow()).filter(({ id }) => id === 'later')
    assert.deepEqual([saved?.['kind'], saved?.['name'], saved?.['path']], ['comet', 'renamed', '/later'])
    await editor.load()
  })

  it('offers the names that W&B has, and takes any other', async () => {
    const dialog = await editor.openNode('watched')
    const offered = (list: string) =>
      dialog.tray
        .locator(`#artifact-event-${list} option`)
        .evaluateAll((all) => all.map((one) => one.getAttribute('value')))
    await dialog.field('project').focus()
    await eventually(async () => (await offered('projects')).length > 0, 'registries are offered')
    assert.deepEqual(await offered('projects'), ['dataset', 'model'])
    await dialog.field('entity').focus()
    await eventually(async () => (await offered('entities')).length > 0, 'organizations are offered')
    assert.deepEqual(await offered('entities'), ['acme'])
    await dialog.field('project').fill('model')
    await dialog.field('collection').focus()
    await eventually(async () => (await offered('collections')).length > 0, 'collections are offered')
    assert.deepEqual(await offered('collections'), ['classifier'])
    await dialog.field('scope').selectOption('project')
    await dialog.field('project').fill('')
    await dialog.field('project').focus()
    await eventually(async () => (await offered('projects')).includes('training'), 'projects are offered')
    await dialog.field('project').fill('anything else')
    await dialog.done()
    const [saved] = (await editor.flow()).filter(({ id }) => id === 'watched')
    assert.equal(saved?.['project'], 'anything else')
    await editor.load()
  })

  it('asks about runs only where an event of runs is chosen, and says what is missing', async () => {
    const dialog = await editor.openNode('watched')
    const runs = dialog.tray.locator('#artifact-event-runs')
    assert.equal(await runs.isVisible(), false)
    await dialog.field('events-RUN_STATE').check()
    assert.equal(await dialog.field('user').isVisible(), true)
    assert.equal(await dialog.field('metric').isVisible(), false)
    await dialog.field('states-failed').check()
    await dialog.field('events-RUN_METRIC_CHANGE').check()
    assert.equal(await dialog.field('changeAmount').isVisible(), true)
    assert.equal(await dialog.field('comparison').isVisible(), false)
    await dialog.field('scope').selectOption('project')
    await dialog.field('metric').fill('loss')
    await picture('trigger-runs')
    await dialog.done()
    const { valid, reasons } = await editor.validity('watched')
    assert.equal(valid, false)
    assert.match(reasons.join(), /amount of the change must be a number/)
    const again = await editor.openNode('watched')
    await again.field('changeAmount').fill('0.1')
    await again.done()
    assert.deepEqual(await editor.validity('watched'), { valid: true, reasons: [] })
    const [saved] = (await editor.flow()).filter(({ id }) => id === 'watched')
    assert.deepEqual([saved?.['states'], saved?.['metric'], saved?.['changeAmount']], [['failed'], 'loss', '0.1'])
    await editor.load()
  })

  it('imports automations as flows that deploy and fire, with a report', async () => {
    const receiver = await Receiver.listen()
    try {
      const { world, team, model, portfolio, first } = wandb
      const integration = world.addWebhook(team, 'ci', receiver.url)
      const slack = world.addSlack(team, 'acme', 'team-alerts')
      world.addTrigger(model, {
        name: 'deploy production',
        eventType: 'ADD_ARTIFACT_ALIAS',
        filter: { filter: { $or: [{ $and: [{ alias: { $regex: '^production$' } }] }] } },
        action: { kind: 'webhook', integration, payload: '{"v": "${artifact_version_string}"}' },
      })
      world.addTrigger(wandb.project, {
        name: 'tell of failures',
        eventType: 'RUN_STATE',
        filter: { run_filter: '{"$and":[]}', run_state_filter: { states: ['FAILED'] } },
        action: { kind: 'slack', integration: slack, title: 'Failed', message: '${run_name}', severity: 'ERROR' },
      })
      const dialog = await editor.openConfig('artifact-source', 'source')
      await dialog.tray.getByRole('button', { name: 'Import automations from W&B' }).click()
      const answer = dialog.tray.locator('#artifact-source-wandb-answer')
      await answer.getByText('Laid out 2 automations on 2 tabs.').waitFor()
      assert.match(String(await answer.textContent()), /missing.*tell of failures.*incoming webhook/)
      await picture('import-report')
      await dialog.cancel()
      const imported = (await editor.flow()).filter(({ type, id }) => type === 'artifact-event' && id !== 'watched')
      assert.deepEqual(
        imported.map((node) => [node['name'], node['source']]),
        [
          ['deploy production', 'source'],
          ['tell of failures', 'source'],
        ],
      )
      await picture('import-canvas')
      const secrets = async () =>
        (await editor.flow()).filter(({ type }) => type === 'automation-secret').map((node) => node['name'])
      const before = await secrets()
      world.addTrigger(model, {
        name: 'tell of links',
        eventType: 'LINK_MODEL',
        filter: {},
        action: {
          kind: 'webhook',
          integration: world.addWebhook(team, 'cd', receiver.url, { accessTokenRef: 'WANDB_API_KEY' }),
          payload: '{}',
        },
      })
      const again = await editor.openConfig('artifact-source', 'source')
      await again.tray.getByRole('button', { name: 'Import automations from W&B' }).click()
      const second = again.tray.locator('#artifact-source-wandb-answer')
      await second.getByText('Laid out 1 automation on 1 tab.').waitFor()
      await second.getByText('2 are here already and were left out: deploy production, tell of failures.').waitFor()
      assert.match(String(await second.textContent()), /Its secret WANDB_API_KEY is WANDB_API_KEY_OF_acme_X7QK here:/)
      await picture('import-again')
      await again.tray.getByRole('button', { name: 'Import automations from W&B' }).click()
      await second.getByText('3 are here already').waitFor()
      await again.cancel()
      assert.deepEqual(
        await secrets(),
        [...before, 'WANDB_API_KEY_OF_acme_X7QK'],
        'nobody gets the key, no secret twice',
      )
      const all = (await editor.flow()).filter(({ type, id }) => type === 'artifact-event' && id !== 'watched')
      assert.deepEqual(
        all.map(({ name }) => name),
        ['deploy production', 'tell of failures', 'tell of links'],
      )
      // what has to be chosen by hand is invalid, and the editor asks whether to deploy all the same
      const flows = await editor.flow()
      await nodeRed.deploy(flows)
      await wandb.polls(4)
      world.addAlias(first, portfolio, 'production')
      const [request] = await receiver.received(1, () => true, 20_000)
      assert.deepEqual(JSON.parse(String(request?.body)), { v: 'acme_X7QK/wandb-registry-model/classifier:production' })
    } finally {
      await receiver.close()
    }
  })
})
