import assert from 'node:assert/strict'
import type { Browser } from 'playwright-core'
import { documentedEvent, nodeNamed } from './example-flows.mts'
import { launchBrowser } from './harness/browser.mts'
import { Editor } from './harness/editor.mts'
import { type FlowNode, NODE_RED_VERSION, NodeRed } from './harness/node-red.mts'
import { Receiver } from './harness/receiver.mts'
import { fill } from './oracle.mts'

const PACKAGE = '@artifact-automations/node-red'
const EXAMPLE = 'GitHub repository dispatch for a registry alias'
const SOURCE_TOKEN = 'token of the senders'
const ACCESS_TOKEN = 'access token for the far end'

describe(`from an example to a delivered webhook, in the editor of Node-RED ${NODE_RED_VERSION}`, () => {
  let browser: Browser
  let nodeRed: NodeRed
  let receiver: Receiver
  let editor: Editor
  /** The example as the editor has it now: importing gave its nodes new ids. */
  let flow: FlowNode[]

  before(async () => {
    browser = await launchBrowser()
    nodeRed = await NodeRed.start()
    receiver = await Receiver.listen()
    receiver.answer((_request, response) => {
      response.setHeader('X-Far-End', 'yes').end('{"far":"end"}')
    })
    editor = await Editor.open(browser, nodeRed)
  })
  after(async () => {
    await browser?.close()
    await nodeRed?.stop()
    await receiver?.close()
  })
  afterEach(() => assert.deepEqual(editor.problems, []))

  const only = (type: string) => {
    const [node, ...others] = flow.filter((one) => one.type === type)
    assert.equal(others.length, 0, `several nodes of type ${type}`)
    return node as FlowNode
  }

  it('imports an example by the menu', async () => {
    await editor.importExample(PACKAGE, EXAMPLE)
    await editor.showTab('GitHub')
    flow = await editor.flow()
    assert.deepEqual(
      ['artifact-event', 'payload-template', 'webhook-sender', 'automation-webhook', 'artifact-source'].map(
        (type) => flow.filter((node) => node.type === type).length,
      ),
      [1, 1, 1, 1, 1],
    )
  })

  it('asks for nothing but the secrets and the place that the URL stands for: every other node is valid as imported', async () => {
    for (const { id, type, name } of flow) {
      if (type === 'tab' || type === 'automation-secret') continue
      const { valid, reasons } = await editor.validity(id)
      if (type === 'automation-webhook') assert.match(reasons.join(), /^The URL still says OWNER,/)
      // in Node-RED's words, because of its webhook
      else if (type === 'webhook-sender') assert.deepEqual(reasons, ['Webhook: invalid configuration node'])
      else assert.ok(valid, `${type} "${name}": ${reasons.join(', ')}`)
    }
  })

  it('shows what a template sends while it is typed', async () => {
    const dialog = await editor.openNode(only('payload-template').id)
    const output = dialog.tray.locator('#payload-template-output')
    await dialog.typeCode(
      '{"event_type": "hello", "client_payload": {"who": "${event_author}", "n": ${artifact_version_index}}}',
    )
    await output.filter({ hasText: '"who": "ada"' }).waitFor()
    const shown = JSON.parse((await output.textContent()) ?? '')
    assert.equal(typeof shown.client_payload.n, 'number')
    await dialog.tray.locator('#payload-template-complete').waitFor()
  })

  it('marks what a template misses, and says where it is wrong', async () => {
    const dialog = editor.dialog('node')
    const { tray } = dialog
    const findings = tray.locator('#payload-template-findings')
    await dialog.typeCode('{"a": "${alias}", "run": "${run_name}",\n "s": "${NO_SUCH_SECRET}"}')
    await findings.getByText('run_name').waitFor()
    await findings.getByText('NO_SUCH_SECRET').waitFor()
    await dialog.typeCode('{"a":\n "${alias" }')
    await tray.locator('#payload-template-problem').filter({ hasText: /\w/ }).waitFor()
    await tray.locator('#payload-template-output').waitFor({ state: 'hidden' })
  })

  it('puts an example into a template', async () => {
    const dialog = editor.dialog('node')
    await dialog.tray.locator('#payload-template-recipes').selectOption('github-repository-dispatch')
    await dialog.tray.locator('#payload-template-output').filter({ hasText: '"BUILD_AND_DEPLOY"' }).waitFor()
    await dialog.done()
    flow = await editor.flow()
    assert.match(String(only('payload-template')['template']), /"client_payload"/)
    assert.equal((await editor.validity(only('payload-template').id)).valid, true)
  })

  it('takes the secrets, and never shows them again', async () => {
    const values = { GITHUB_SOURCE_TOKEN: SOURCE_TOKEN, GITHUB_TOKEN: ACCESS_TOKEN }
    for (const [name, value] of Object.entries(values)) {
      const { id } = nodeNamed(flow, 'automation-secret', name)
      const dialog = await editor.openConfig('automation-secret', id)
      assert.equal(await dialog.field('value').getAttribute('type'), 'password')
      await dialog.field('value').fill(value)
      await dialog.done()
    }
  })

  it('deploys, which is when secrets can be used', async () => {
    const dialog = await editor.openConfig('automation-webhook', only('automation-webhook').id)
    await dialog.field('url').fill(`${receiver.url}/saved`)
    await dialog.done()
    await editor.deploy()
    flow = await editor.flow()
    assert.equal(only('automation-webhook')['url'], `${receiver.url}/saved`)
    const page = await editor.page.content()
    assert.ok(!page.includes(ACCESS_TOKEN))
    assert.ok(!JSON.stringify(await nodeRed.flows()).includes(ACCESS_TOKEN))
  })

  it('tests a webhook as it stands in its dialog, and shows both sides', async () => {
    const before = await editor.flow()
    const dialog = await editor.openConfig('automation-webhook', only('automation-webhook').id)
    await dialog.field('url').fill(`${receiver.url}/unsaved`)
    await dialog.unfold('automation-webhook-test-section')
    const { tray } = dialog
    await tray
      .locator('textarea.aa-payload')
      .fill('{"event_type": "tried", "client_payload": {"by": "${event_author}"}}')
    await tray.locator('button:has(.fa-paper-plane)').click()
    const answer = tray.locator('.aa-answer')
    await answer.getByText('{"far":"end"}').waitFor()
    assert.match((await answer.textContent()) ?? '', /200/)
    await answer.getByText(`POST ${receiver.url}/unsaved`).waitFor()
    const headers = (await answer.locator('table').allTextContents()).join('\n')
    assert.match(headers, /x-far-end/i)
    assert.match(headers, /authorization/i)
    assert.ok(!headers.includes(ACCESS_TOKEN), 'the token is masked')

    const [request] = await receiver.received(1, ({ url }) => url === '/unsaved')
    assert.equal(request?.headers.authorization, `Bearer ${ACCESS_TOKEN}`)
    assert.equal(JSON.parse(request?.body.toString() ?? '').event_type, 'tried')
    await dialog.cancel()
    assert.deepEqual(await editor.flow(), before)
  })

  it('delivers a posted event: it arrives, the status says so, and the debug sidebar shows the answer', async () => {
    const { path, event } = documentedEvent(flow)
    const { status, text } = await nodeRed.post(event, { path, token: SOURCE_TOKEN })
    assert.equal(status, 202, text)
    const [request] = await receiver.received(1, ({ url }) => url === '/saved')
    assert.equal(request?.headers.authorization, `Bearer ${ACCESS_TOKEN}`)
    assert.equal(request?.body.toString(), fill(String(only('payload-template')['template']), event, ''))
    const messages = await editor.debugMessages()
    await messages.first().waitFor()
    await editor.reveal(only('webhook-sender').id)
    await editor.status(only('webhook-sender').id).filter({ hasText: '200' }).waitFor()
  })

  it('sends a sample when the button of the trigger is pressed', async () => {
    await editor.pressButton(only('artifact-event').id)
    const requests = await receiver.received(2, ({ url }) => url === '/saved')
    assert.equal(JSON.parse(requests[1]?.body.toString() ?? '').client_payload.alias, 'production')
  })

  it('asks to deploy first when the source was changed, and sends nothing', async () => {
    const { id } = only('artifact-source')
    const rename = async (name: string) => {
      const dialog = await editor.openConfig('artifact-source', id)
      await dialog.field('name').fill(name)
      await dialog.done()
    }
    const before = receiver.requests.length
    await rename('of another name')
    await editor.pressButton(only('artifact-event').id)
    await editor.page.locator('.red-ui-notification-warning').getByText('Deploy first').waitFor({ state: 'attached' })
    await editor.deploy()
    assert.equal(receiver.requests.length, before)
  })

  it('offers the events that were received to the preview', async () => {
    const dialog = await editor.openNode(only('payload-template').id)
    const received = dialog.tray.locator('#payload-template-event optgroup').first().locator('option')
    await received.first().waitFor({ state: 'attached' })
    const titles = await received.allTextContents()
    assert.ok(
      titles.some((title) => title.includes('my-org/wandb-registry-model/cifar10-classifier:v3')),
      titles.join('\n'),
    )
    await dialog.cancel()
  })

  it('says why a pattern is refused, and which way each alias goes', async () => {
    await editor.importExample(PACKAGE, 'Routing staging and production with alias-filter')
    await editor.showTab('Routing')
    flow = await editor.flow()
    const dialog = await editor.openNode(only('alias-filter').id)
    const chips = dialog.tray.locator('.aa-chips')
    await dialog.tray.locator('#alias-filter-tester input').fill('production, staging, v3')
    const verdicts = () => chips.locator('.aa-chip').allTextContents()
    assert.equal((await verdicts()).length, 3)
    const before = await verdicts()

    const pattern = dialog.tray.locator('.aa-rule .aa-pattern').first()
    await pattern.fill('^v\\d+$')
    await chips.getByText(/v3/).waitFor()
    assert.notDeepEqual(await verdicts(), before)

    await pattern.fill('^(?=v)')
    await dialog.tray.locator('.aa-rule-problem').first().filter({ hasText: /\w/ }).waitFor()
    await pattern.fill('^v\\d+$')
    await dialog.done()
    flow = await editor.flow()
    assert.match(String(only('alias-filter')['rules']), /\^v\\\\d\+\$/)
  })

  it('leaves a broken node red, and says why', async () => {
    const dialog = await editor.openNode(only('alias-filter').id)
    await dialog.tray.locator('.aa-rule .aa-pattern').first().fill('a**')
    await dialog.done()
    const { valid, reasons } = await editor.validity(only('alias-filter').id)
    assert.equal(valid, false)
    assert.match(reasons.join(' '), /\w+ \w+/)
  })
})
