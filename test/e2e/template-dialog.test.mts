import assert from 'node:assert/strict'
import type { Browser } from 'playwright-core'
import { secret, secretId, sender, source, template, trigger, webhook } from '../nodes/automation.mts'
import { launchBrowser } from './harness/browser.mts'
import { type Dialog, Editor, type MonacoModels } from './harness/editor.mts'
import { NODE_RED_VERSION, NodeRed } from './harness/node-red.mts'

const at = (x: number, y: number) => ({ z: 'tab', x, y })

/** An automation whose webhook may use GRANTED, and not OTHER; and a template that goes nowhere. */
const FLOW = [
  { id: 'tab', type: 'tab', label: 'templates' },
  source(),
  trigger({ ...at(150, 100), name: 'deploy', wires: [['template', 'link-out']] }),
  template('{}', at(350, 100)),
  sender({ ...at(550, 100), wires: [[], []] }),
  { id: 'link-out', type: 'link out', ...at(350, 160), name: '', mode: 'link', links: ['link-in'], wires: [] },
  { id: 'link-in', type: 'link in', ...at(350, 220), name: '', links: ['link-out'], wires: [['linked']] },
  template('{}', { id: 'linked', ...at(500, 220), wires: [['sender']] }),
  template('{}', { id: 'loose', ...at(500, 300), wires: [[]] }),
  webhook('https://example.com/hook', { name: 'ci', secrets: [secretId('GRANTED')] }),
  secret('GRANTED'),
  secret('OTHER'),
]

describe(`the template's dialog in Node-RED ${NODE_RED_VERSION}`, () => {
  let browser: Browser
  let nodeRed: NodeRed
  let editor: Editor

  before(async () => {
    browser = await launchBrowser()
    nodeRed = await NodeRed.start()
    await nodeRed.deploy(FLOW)
    editor = await Editor.open(browser, nodeRed)
  })
  after(async () => {
    await editor?.close()
    await browser?.close()
    await nodeRed?.stop()
  })
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await editor.load()
    assert.deepEqual(editor.problems.splice(0), [])
  })

  /** What is marked and said of a template. */
  async function said(
    dialog: Dialog,
    text: string,
  ): Promise<{ heading: string; errors: string[]; warnings: string[] }> {
    await dialog.typeCode(text)
    const preview = dialog.tray.locator('#payload-template-preview')
    const lines = async (kind: string) =>
      (await preview.locator(`li.aa-text-${kind}`).allTextContents()).map((line) =>
        line.trim().replace(/^line \d+ /, ''),
      )
    const heading = preview.locator('#payload-template-problem')
    return {
      heading: (await heading.isVisible()) ? String(await heading.textContent()) : '',
      errors: await lines('error'),
      warnings: await lines('warning'),
    }
  }

  for (const [where, begun, done] of [
    ['outside quotes', '{"a": ${artifact_metadata.acc', '{"a": ${artifact_metadata.accuracy}'],
    ['inside quotes', '{"a": "${artifact_metadata.acc', '{"a": "${artifact_metadata.accuracy}"'],
    [
      'where the name stands in the text already',
      '{"accuracy": 1, "a": ${artifact_metadata.accuracy',
      '${artifact_metadata.accuracy}',
    ],
    ['for a name of the vocabulary', '{"alias": "alias", "a": ${alia', '"a": ${alias}'],
    ['for a field that only this event has', '{"a": "${event.sou', '${event.source_of_truth}'],
  ] as const) {
    it(`completes a name that is typed ${where}, with Enter`, async () => {
      const event = { ...SENT, event_id: where, artifact_metadata: { accuracy: 0.9 }, source_of_truth: 'ours' }
      assert.equal((await nodeRed.post(event)).status, 202)
      const dialog = await editor.openNode('template')
      await dialog.tray.locator('#payload-template-event optgroup').nth(1).waitFor({ state: 'attached' })
      await dialog.tray.locator('#payload-template-event').selectOption('received 0')
      await dialog.typeCode(' ')
      await editor.page.keyboard.type(begun.slice(0, -3))
      await editor.page.keyboard.type(begun.slice(-3), { delay: 60 })
      const widget = editor.page.locator('.suggest-widget.visible .monaco-list-row')
      await widget.first().waitFor()
      const offered = await widget.allTextContents()
      assert.ok(
        offered.every((row) => !row.startsWith('"')),
        offered.join(),
      )
      await editor.page.keyboard.press('Enter')
      const text = await dialog.tray.evaluate(() =>
        (globalThis as unknown as { monaco: MonacoModels }).monaco.editor
          .getModels()
          .map((model) => model.getValue())
          .join(),
      )
      assert.ok(text.includes(done), text)
      await dialog.cancel()
    })
  }

  for (const id of ['template', 'linked']) {
    it(`says in red that nothing would be sent with a secret that the webhook after ${id} may not use`, async () => {
      const dialog = await editor.openNode(id)
      assert.deepEqual(await said(dialog, '{"a": "${OTHER}", "b": "${GRANTED}"}'), {
        heading: 'Nothing would be sent, because of this:',
        errors: ['The webhook ci may not use the secret ${OTHER}. Tick it there, under May also use.'],
        warnings: [],
      })
      assert.deepEqual((await said(dialog, '{"a": "${ACCESS_TOKEN}"}')).errors, [
        'The webhook ci has no access token for ${ACCESS_TOKEN}. Choose one there.',
      ])
      assert.deepEqual(await said(dialog, '{"a": "${GRANTED}"}'), { heading: '', errors: [], warnings: [] })
      await dialog.cancel()
    })
  }

  it('asks whether another name was meant, and knows of no webhook where none is wired', async () => {
    const dialog = await editor.openNode('loose')
    const { heading, errors } = await said(
      dialog,
      '{"a": "${artefact_version}", "b": "${OTHERS}", "c": "${NOTHING_LIKE}"}',
    )
    assert.equal(heading, 'Nothing would be sent, because of this:')
    assert.match(errors[0] ?? '', /Did you mean \$\{artifact_version\}\?$/)
    assert.match(errors[1] ?? '', /Did you mean \$\{OTHER\}\?$/)
    assert.match(errors[2] ?? '', /add an automation-secret/)
    assert.deepEqual((await said(dialog, '{"a": "${OTHER} ${ACCESS_TOKEN}"}')).errors, [])
    await dialog.cancel()
  })

  it('warns of what would go out as it is written', async () => {
    const dialog = await editor.openNode('template')
    const { heading, errors, warnings } = await said(
      dialog,
      '{"a": "{{payload.alias}}", "b": "$WANDB_SECRET", "c": "$OTHER", "d": "$GRANTED", "e": "<%= tag %>"}',
    )
    assert.deepEqual([heading, errors], ['', []])
    assert.equal(warnings.length, 4, warnings.join('\n'))
    assert.match(warnings[0] ?? '', /^\{\{payload\.alias\}\} is sent as it is written.*Write \$\{alias\} here\.$/)
    assert.match(warnings[1] ?? '', /^\$WANDB_SECRET is sent as it is written: no secret has this name/)
    assert.match(warnings[2] ?? '', /^\$OTHER is sent as it is written: the webhook ci may not use/)
    assert.match(warnings[3] ?? '', /^<%= tag %> is sent as it is written.*Write \$\{tag\} here\.$/)
    await dialog.cancel()
  })
})

const SENT = {
  event_type: 'ADD_ARTIFACT_ALIAS',
  entity_name: 'acme',
  project_name: 'wandb-registry-model',
  artifact_collection_name: 'churn',
  alias: 'production',
}
