import assert from 'node:assert/strict'
import type { Browser } from 'playwright-core'
import { EXAMPLES, nodeNamed, readExample } from './example-flows.mts'
import { launchBrowser } from './harness/browser.mts'
import { type Dialog, Editor } from './harness/editor.mts'
import { type FlowNode, NODE_RED_VERSION, NodeRed, QUIET_SETTINGS } from './harness/node-red.mts'
import { EVERYTHING_SET, HARDLY_ANYTHING_SET } from './saved-flows.mts'

const CONFIG_TYPES = ['artifact-source', 'automation-webhook', 'automation-secret', 'delivery-store']
const TYPES = ['artifact-event', 'alias-filter', 'payload-template', 'webhook-sender', ...CONFIG_TYPES]

/** Room for help in a sidebar that nobody made wider, in pixels. */
const SIDEBAR_WIDTH = 282

const FLOWS: Record<string, FlowNode[]> = {
  'as the examples have them': EXAMPLES.flatMap(readExample),
  'with every property set': EVERYTHING_SET,
  'with hardly a property': HARDLY_ANYTHING_SET,
}

describe(`the dialogs in Node-RED ${NODE_RED_VERSION}`, () => {
  let browser: Browser
  let nodeRed: NodeRed
  let editor: Editor

  before(async () => {
    browser = await launchBrowser()
    nodeRed = await NodeRed.start()
    editor = await Editor.open(browser, nodeRed)
  })
  after(async () => {
    await editor?.close()
    await browser?.close()
    await nodeRed?.stop()
  })
  afterEach(() => assert.deepEqual(editor.problems.splice(0), []))

  /** Deploys a flow, and opens the editor anew with it. */
  async function show(flow: readonly FlowNode[]): Promise<void> {
    await nodeRed.deploy(flow)
    await editor.load()
  }

  async function open({ id, type }: FlowNode): Promise<Dialog> {
    return CONFIG_TYPES.includes(type) ? editor.openConfig(type, id) : editor.openNode(id)
  }

  for (const [which, flow] of Object.entries(FLOWS)) {
    describe(`open, Done, open again changes nothing in nodes ${which}`, () => {
      before(() => show(flow))

      for (const type of TYPES) {
        it(type, async () => {
          const node = flow.find((one) => one.type === type) as FlowNode
          const before = await editor.flow()
          for (let time = 0; time < 2; time += 1) {
            const dialog = await open(node)
            await dialog.done()
            assert.deepEqual(await editor.flow(), before)
            assert.equal(await editor.dirty(), false)
          }
        })
      }
    })
  }

  it('have help that is no wider than the sidebar', async () => {
    for (const type of TYPES) assert.equal(await editor.helpBeyond(type, SIDEBAR_WIDTH), 0, type)
  })

  it('a template is shown with an event that the trigger before it lets through', async () => {
    await show(EVERYTHING_SET)
    const dialog = await editor.openNode('template')
    // the trigger waits for ^v\\d+$|"quoted"
    await dialog.tray.locator('#payload-template-output').filter({ hasText: '"a":   "v3"' }).waitFor()
    await dialog.cancel()
  })

  it('says below a field why it cannot be used, and nothing about what is yet to be filled in', async () => {
    await show(HARDLY_ANYTHING_SET)
    const complaints = async (dialog: Dialog) =>
      (await dialog.tray.locator('.aa-note.aa-error:visible').allTextContents()).filter(Boolean)
    const source = await editor.openConfig('artifact-source', '_ADD_')
    await source.field('path').fill('/artifact-events')
    await source.tray.getByText('listens on the same path').waitFor()
    assert.equal((await complaints(source)).length, 1)
    assert.equal(await source.field('path').getAttribute('aria-invalid'), 'true')
    await source.field('path').fill('/of-its-own')
    await source.tray.getByText('listens on the same path').waitFor({ state: 'hidden' })
    assert.deepEqual(await complaints(source), [])
    await source.cancel()

    const webhook = await editor.openConfig('automation-webhook', '_ADD_')
    assert.deepEqual(await complaints(webhook), [])
    await webhook.field('url').fill('hooks.example.com')
    await webhook.tray.getByText('The URL must begin with').waitFor()
    // which is where Node-RED takes a URL from that is a secret by itself
    await webhook.field('url').fill('${SLACK_URL}')
    await webhook.tray.getByText('The URL').waitFor({ state: 'hidden' })
    assert.deepEqual(await complaints(webhook), [])
    await webhook.cancel()
  })

  it('says what an empty choice of a config node is for, and what is wrong without it', async () => {
    await show(HARDLY_ANYTHING_SET)
    const source = await editor.openConfig('artifact-source', '_ADD_')
    await source.tray.locator('.aa-info').getByText('Choose the secret with which senders').waitFor()
    await source.cancel()
    const { id } = HARDLY_ANYTHING_SET.find(({ type }) => type === 'webhook-sender') as FlowNode
    const sender = await editor.openNode(id)
    await sender.field('webhook').selectOption('_ADD_')
    await sender.tray.locator('.aa-error').getByText('Choose a webhook').waitFor()
    await sender.done()
    const again = await editor.openNode(id)
    await again.tray.locator('.aa-error').getByText('Choose a webhook').waitFor()
    await again.cancel()
  })

  it('says below the events that none is chosen', async () => {
    await show(EVERYTHING_SET)
    const dialog = await editor.openNode('event')
    await dialog.field('events-REMOVE_ARTIFACT_ALIAS').uncheck()
    assert.equal(await dialog.tray.getByText('choose at least one event').isVisible(), false)
    await dialog.field('events-ADD_ARTIFACT_TAG').uncheck()
    await dialog.tray.locator('.aa-error').getByText('choose at least one event').waitFor()
    await dialog.cancel()
  })

  it('takes a path with a slash at its end for the same path, as the runtime does', async () => {
    await show(HARDLY_ANYTHING_SET)
    const source = await editor.openConfig('artifact-source', '_ADD_')
    await source.field('path').fill('/of-its-own')
    await source.tray.getByText('listens on the same path').waitFor({ state: 'hidden' })
    await source.field('path').fill('/artifact-events/')
    await source.tray.getByText('listens on the same path').waitFor()
    await source.cancel()
  })

  it('says which secret a header names that the webhook may not use, until it may', async () => {
    await show([{ id: 'key', type: 'automation-secret', name: 'API_KEY', version: 1 }])
    const webhook = await editor.openConfig('automation-webhook', '_ADD_')
    await webhook.field('headers').fill('{"X-Api-Key": "Key ${API_KEY}"}')
    const complaint = webhook.tray.locator('.aa-error').getByText('The header X-Api-Key uses ${API_KEY}')
    await complaint.waitFor()
    await webhook.field('secrets-key').check()
    await complaint.waitFor({ state: 'hidden' })
    await webhook.field('headers').fill('{"X-Token": "${ACCESS_TOKEN}"}')
    await webhook.tray.getByText('Choose an access token').waitFor()
    await webhook.field('accessToken').selectOption('key')
    await webhook.tray.getByText('Choose an access token').waitFor({ state: 'hidden' })
    await webhook.field('url').fill('https://example.com/hook')
    await webhook.done()
    const saved = (await editor.flow()).find(({ type }) => type === 'automation-webhook') as FlowNode
    assert.deepEqual(saved['secrets'], ['key'])
    assert.equal((await editor.validity(saved.id)).valid, true)
  })

  it('adds a secret for payloads beside the others, and leaves the access token alone', async () => {
    await show([])
    const webhook = await editor.openConfig('automation-webhook', '_ADD_')
    const boxes = webhook.tray.locator('#automation-webhook-secrets input[type=checkbox]')
    assert.equal(await boxes.count(), 0)
    for (const name of ['FIRST', 'SECOND']) {
      await webhook.tray.getByRole('button', { name: 'Add a secret' }).click()
      const secret = editor.dialog('node-config')
      await secret.tray.getByText('Where a webhook may use it').waitFor()
      await secret.field('name').fill(name)
      await secret.done()
      await webhook.tray.getByText(name, { exact: true }).and(webhook.tray.locator('code')).waitFor()
    }
    assert.equal(await boxes.count(), 2)
    // what was added here is ticked
    await boxes.nth(0).uncheck()
    assert.equal(await webhook.field('accessToken').inputValue(), '_ADD_')
    await webhook.field('signing').selectOption('github')
    await webhook.field('signingSecret').selectOption({ label: 'FIRST' })
    await webhook.field('url').fill('https://example.com/hook')
    await webhook.done()
    const flow = await editor.flow()
    const saved = flow.find(({ type }) => type === 'automation-webhook') as FlowNode
    assert.deepEqual(saved['secrets'], [nodeNamed(flow, 'automation-secret', 'SECOND').id])
    assert.equal(saved['signingSecret'], nodeNamed(flow, 'automation-secret', 'FIRST').id)
  })

  it('a disabled secret is in the way of no other one of its name', async () => {
    await show([{ id: 'old', type: 'automation-secret', name: 'TOKEN', version: 1, d: true }])
    const secret = await editor.openConfig('automation-secret', '_ADD_')
    await secret.field('name').fill('alias')
    await secret.tray.locator('.aa-error').getByText('is a variable of templates').waitFor()
    await secret.field('name').fill('TOKEN')
    await secret.tray.locator('.aa-error').getByText(/./).waitFor({ state: 'hidden' })
    await secret.cancel()
  })

  it('says of a secret, while its value is typed, what it can never be right for, and that it is too short to be masked', async () => {
    const uses = [
      { id: 'typed', type: 'automation-secret', name: 'TYPED', version: 1 },
      {
        id: 'hook',
        type: 'automation-webhook',
        name: 'ci',
        version: 1,
        url: 'https://example.com',
        accessToken: 'typed',
      },
      {
        id: 'signed',
        type: 'automation-webhook',
        name: '<b>signed</b>',
        version: 1,
        url: 'https://example.com',
        signing: 'standard-webhooks',
        signingSecret: 'typed',
      },
      { id: 'door', type: 'artifact-source', name: 'door', version: 1, kind: 'http', auth: 'bearer', secret: 'typed' },
      { id: 'watched', type: 'artifact-source', name: 'watched', version: 1, kind: 'wandb', apiKey: 'typed' },
    ]
    await show(uses)
    const secret = await editor.openConfig('automation-secret', 'typed')
    const said = secret.tray.locator('#automation-secret-judgement')
    const says = (...texts: string[]) => Promise.all(texts.map((text) => said.getByText(text).waitFor()))
    await secret.field('value').fill('whsec_!!!!')
    await says('As the signing secret of <b>signed</b> it cannot be right: it begins with whsec_')
    assert.equal(await said.locator('div').count(), 1)
    await secret.field('value').fill('two words ')
    await says(
      'As the access token of ci it',
      'As the secret of the source door it',
      'As the API key of the source watched it',
    )
    await secret.field('value').fill('short')
    await says('A value under 6 characters is not looked for')
    assert.equal(await said.locator('div').count(), 1)
    await secret.field('value').fill('${FROM_THE_ENVIRONMENT}')
    assert.equal(await said.locator('div').count(), 0)
    await secret.cancel()
  })

  describe('with nothing but a keyboard', () => {
    before(() => show(EVERYTHING_SET))

    for (const type of TYPES) {
      it(`everything in ${type} is reached by Tab and has a name, and Cancel drops what was typed`, async () => {
        const node = EVERYTHING_SET.find((one) => one.type === type) as FlowNode
        const before = await editor.flow()
        const dialog = await open(node)
        assert.deepEqual(await dialog.unreachable(), [])
        await dialog.field('name').fill('typed_and_dropped')
        await dialog.cancel()
        assert.deepEqual(await editor.flow(), before)
      })
    }

    it('a config node is added by the button beside its choice', async () => {
      const dialog = await editor.openNode('event')
      await dialog.field('source').focus()
      await editor.page.keyboard.press('Tab')
      await editor.page.keyboard.press('Tab')
      await editor.page.keyboard.press('Enter')
      const added = editor.dialog('node-config')
      await added.field('path').waitFor()
      await added.cancel()
      await dialog.cancel()
    })

    it('the template editor is left', async () => {
      const dialog = await editor.openNode('template')
      await dialog.tray.locator('.monaco-editor').first().waitFor()
      await dialog.tray.locator('#payload-template-recipes').focus()
      await editor.page.keyboard.press('Tab')
      const inEditor = () => editor.page.evaluate(() => document.activeElement?.closest('.monaco-editor') !== null)
      assert.equal(await inEditor(), true)
      await editor.page.keyboard.press('Control+M')
      await editor.page.keyboard.press('Tab')
      assert.equal(await inEditor(), false)
      await dialog.cancel()
    })
  })

  it('are no wider for long values', async () => {
    const long = 'x'.repeat(300)
    await show([
      { id: 'tab', type: 'tab', label: 'long' },
      { id: 'key', type: 'automation-secret', name: `A${long}`, version: 1 },
      { ...(EVERYTHING_SET.find(({ id }) => id === 'source') as FlowNode), path: `/${long}` },
      { ...(EVERYTHING_SET.find(({ id }) => id === 'webhook') as FlowNode), url: `https://example.com/${long}` },
      { ...(EVERYTHING_SET.find(({ id }) => id === 'event') as FlowNode), project: long, pattern: long, wires: [] },
    ])
    for (const [type, id] of [
      ['automation-secret', 'key'],
      ['artifact-source', 'source'],
      ['automation-webhook', 'webhook'],
      ['artifact-event', 'event'],
    ] as const) {
      const dialog = await open({ id, type })
      assert.equal(await dialog.beyond(), 0, type)
      await dialog.cancel()
    }
  })

  it('work with ACE as the code editor, and promise nothing that it does not do', async () => {
    const { editorTheme } = QUIET_SETTINGS
    const withAce = await NodeRed.start({ settings: { editorTheme: { ...editorTheme, codeEditor: { lib: 'ace' } } } })
    try {
      await withAce.deploy(EVERYTHING_SET)
      const inAce = await Editor.open(browser, withAce)
      const before = await inAce.flow()
      const dialog = await inAce.openNode('template')
      await dialog.tray.locator('.ace_editor').first().waitFor()
      await dialog.tray.locator('#payload-template-output').filter({ hasText: '"a":   "v3"' }).waitFor()
      assert.equal(await dialog.tray.getByText('Ctrl+M').isVisible(), false)
      await dialog.done()
      assert.deepEqual(await inAce.flow(), before)
      const again = await inAce.openNode('template')
      await again.tray.locator('#payload-template-recipes').selectOption('slack-text')
      await again.tray.locator('#payload-template-output').filter({ hasText: '"text"' }).waitFor()
      await again.cancel()
      assert.deepEqual(inAce.problems, [])
      await inAce.close()
    } finally {
      await withAce.stop()
    }
  })
})
