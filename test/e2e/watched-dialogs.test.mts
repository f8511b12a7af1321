import assert from 'node:assert/strict'
import type { Browser } from 'playwright-core'
import { source, trigger } from '../nodes/automation.mts'
import { mlflowStandin, type Standin } from '../standin/mlflow/server.mts'
import { MlflowWorld } from '../standin/mlflow/world.mts'
import { launchBrowser } from './harness/browser.mts'
import { Editor } from './harness/editor.mts'
import { NODE_RED_VERSION, NodeRed } from './harness/node-red.mts'
import { eventually } from './harness/wait.mts'

describe(`MLflow and Hugging Face in the dialogs of Node-RED ${NODE_RED_VERSION}`, () => {
  let browser: Browser
  let nodeRed: NodeRed
  let mlflow: Standin
  let editor: Editor

  before(async () => {
    browser = await launchBrowser()
    const world = new MlflowWorld()
    world.create('churn ü')
    mlflow = await mlflowStandin(world)
    nodeRed = await NodeRed.start()
    const place = { entity: 'acme', project: 'models' }
    await nodeRed.deploy([
      { id: 'tab', type: 'tab', label: 'MLflow' },
      source({ kind: 'mlflow', baseUrl: mlflow.url, apiKey: '', interval: '30', ...place }),
      trigger({ z: 'tab', x: 150, y: 100, scope: 'project', ...place, project: '', wires: [[]] }),
    ])
    editor = await Editor.open(browser, nodeRed, { height: 1100 })
  })
  after(async () => {
    await editor?.close()
    await browser?.close()
    await nodeRed?.stop()
    await mlflow?.close()
  })
  afterEach(() => assert.deepEqual(editor.problems.splice(0), []))

  it('a new source of kind mlflow asks for an address, needs no key, and tests the connection', async () => {
    const dialog = await editor.openConfig('artifact-source', '_ADD_')
    await dialog.field('kind').selectOption('mlflow')
    assert.equal(await dialog.field('baseUrl').inputValue(), 'http://localhost:5000')
    assert.equal(await dialog.field('entity').getAttribute('placeholder'), 'mlflow')
    assert.equal(await dialog.field('auth').isVisible(), false)
    assert.equal(await dialog.tray.getByRole('button', { name: 'Import automations' }).isVisible(), false)
    await dialog.field('baseUrl').fill(mlflow.url)
    await dialog.tray.getByRole('button', { name: 'Test connection' }).click()
    const answer = dialog.tray.locator('#artifact-source-wandb-answer')
    await answer.getByText('MLflow 3.99.0 answers.').waitFor()
    await answer.getByText('churn ü').waitFor()
    await dialog.field('kind').selectOption('huggingface')
    assert.equal(await dialog.field('entity').isVisible(), false)
    assert.equal(await dialog.field('project').getAttribute('placeholder'), 'hub')
    await dialog.cancel()
  })

  it('offers the names of its models to a trigger', async () => {
    const dialog = await editor.openNode('trigger')
    await dialog.field('collection').focus()
    const offered = () =>
      dialog.tray
        .locator('#artifact-event-collections option')
        .evaluateAll((all) => all.map((one) => one.getAttribute('value')))
    await eventually(async () => (await offered()).length > 0, 'models are offered')
    assert.deepEqual(await offered(), ['churn ü'])
    await dialog.cancel()
  })
})
