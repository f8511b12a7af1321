import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Locator, Page } from 'playwright-core'
import type { Dialog, Editor } from './harness/editor.mts'
import type { FlowNode } from './harness/node-red.mts'
import { eventually } from './harness/wait.mts'

/** What is answered below this path is about what came and what was sent. */
const ADMIN = '/artifact-automations'

/** Somebody who sees the editor for the first time: clicks what is in sight, types letter by letter, reads the sidebar. */
export class Newcomer {
  readonly #editor: Editor
  readonly #page: Page
  readonly #url: string
  readonly #curl: string
  /** What is deployed. */
  #deployed = ''
  /** So often the mouse was pressed, and a field entered. */
  clicks = 0
  #flow: FlowNode[] = []
  #pressed = ''
  #answer = ''
  /** How many messages of the sidebar were read. */
  #read = 0

  /**
   * @param url of the Node-RED, without a slash at the end
   * @param curl the line that `npm start` printed
   */
  constructor(editor: Editor, url: string, curl: string) {
    this.#editor = editor
    this.#page = editor.page
    this.#url = url
    this.#curl = curl
  }

  async #click(what: Locator): Promise<void> {
    this.clicks += 1
    await what.click()
  }

  async importExample(packageName: string, name: string): Promise<void> {
    await this.#editor.importExample(packageName, name)
  }

  async clickTab(label: string): Promise<void> {
    await this.#editor.showTab(label)
  }

  async deploy(): Promise<void> {
    this.clicks += 1
    await this.#editor.deploy()
  }

  async typeKeys(keys: string): Promise<void> {
    const [chord = '', key = ''] = keys.split(' ')
    await this.#page.locator('#red-ui-workspace-chart').click({ position: { x: 20, y: 400 } })
    await this.#page.keyboard.press(chord.replace('ctrl-', 'ControlOrMeta+'))
    await this.#page.keyboard.press(key)
    await this.#page.locator('.red-ui-debug-content-list').waitFor()
  }

  /** The one node of the tab in front that has this label. */
  async #node(label: string): Promise<string> {
    const node = this.#page
      .locator('#red-ui-workspace-chart .red-ui-flow-node-group:visible')
      .filter({ has: this.#page.locator('.red-ui-flow-node-label').getByText(label, { exact: true }) })
    await node.first().waitFor()
    assert.equal(await node.count(), 1, `nodes of the tab in front named "${label}"`)
    return String(await node.getAttribute('id'))
  }

  async pressTrigger(label: string): Promise<void> {
    this.#pressed = label
    await this.pressAgain()
  }

  async pressAgain(): Promise<void> {
    await this.#readAll()
    await this.#editor.pressButton(await this.#node(this.#pressed))
  }

  async #readAll(): Promise<void> {
    this.#read = await this.#page.locator('.red-ui-debug-msg').count()
  }

  async open(label: string): Promise<void> {
    await this.#editor.openNode(await this.#node(label))
    this.#flow = await this.#editor.flow()
    this.#deployed = await this.#saved()
  }

  get #dialog(): Dialog {
    return this.#editor.dialog('node')
  }

  /** The field of this label in the dialog in front. */
  #field(label: string): Locator {
    return this.#dialog.tray.getByLabel(label, { exact: true })
  }

  async pressPencil(label: string): Promise<void> {
    const field = this.#page.getByLabel(label, { exact: true })
    const row = this.#dialog.tray.locator('.form-row').filter({ has: field })
    await this.#editor.fromTray(() => row.locator('.fa-pencil').click())
  }

  /** Presses the button of this text above the dialog in front, which closes it. */
  async leave(text: string): Promise<void> {
    for (const kind of ['node', 'node-config'] as const) {
      const button = this.#dialog.tray.locator(`#${kind}-dialog-ok`)
      if ((await button.count()) === 0) continue
      assert.equal((await button.textContent())?.trim(), text)
      return this.#editor.dialog(kind).done()
    }
    assert.fail(`There is no dialog with a button "${text}".`)
  }

  async typeInto(label: string, value: string): Promise<void> {
    await this.#click(this.#field(label))
    await this.#page.keyboard.press('ControlOrMeta+A')
    await this.#page.keyboard.type(value)
  }

  async choose(option: string, label: string): Promise<void> {
    this.clicks += 1
    await this.#field(label).selectOption({ label: option })
  }

  /** Types behind the first character of the code, at the pace of a person: suggestions have time to come up. */
  async typeBehindFirst(text: string): Promise<void> {
    await this.#click(this.#dialog.tray.locator('.monaco-editor .view-line').first())
    await this.#page.keyboard.press('ControlOrMeta+Home')
    await this.#page.keyboard.press('ArrowRight')
    await this.#page.keyboard.type(text, { delay: 60 })
  }

  /** Takes the first of the names that are offered, and types on. */
  async takeOffer(key: string, text: string): Promise<void> {
    await this.#page.locator('.suggest-widget.visible .monaco-list-row.focused').waitFor()
    await this.#page.keyboard.press(key)
    await this.#page.keyboard.type(text)
  }

  async seePreview(text: string): Promise<void> {
    await this.#dialog.tray.locator('#payload-template-output').filter({ hasText: text }).waitFor()
  }

  /** The status of the node that the sentence is about. */
  async seeStatus(label: string, text: string): Promise<void> {
    const status = this.#editor.status(await this.#node(label))
    await status.filter({ hasText: text }).waitFor()
  }

  async seeNotRed(label: string): Promise<void> {
    const node = this.#page.locator(`[id="${await this.#node(label)}"]`)
    await node.locator('[class*="red-ui-flow-node-status"][class*="-red"]').first().waitFor({ state: 'hidden' })
  }

  /** The newest message of the sidebar, unfolded, when it has these names; what is undefined has none. */
  async seeInSidebar(names: readonly string[], values: readonly string[] = []): Promise<void> {
    const messages = this.#page.locator('.red-ui-debug-msg')
    const fitting = async () => {
      for (let index = this.#read; index < (await messages.count()); index += 1) {
        const payload = messages.nth(index).locator('.red-ui-debug-msg-payload')
        const folded = payload.locator('.collapsed > .red-ui-debug-msg-expandable')
        // the message, and what is folded in it: a property that is long, headers
        for (let deep = 0; deep < 4 && (await folded.count()) > 0; deep += 1) await folded.first().click()
        const keys = await payload
          .locator('.red-ui-debug-msg-object-entry .red-ui-debug-msg-object-key')
          .allTextContents()
        const text = (await payload.textContent()) ?? ''
        if (names.every((name) => keys.includes(name)) && values.every((value) => text.includes(value))) return true
      }
      return false
    }
    await eventually(fitting, `a new message in the sidebar with ${[...names, ...values].join(', ')}`, 30_000).catch(
      async (error) => {
        throw new Error(`${error.message}; it shows ${(await messages.allTextContents()).slice(this.#read).join('\n')}`)
      },
    )
  }

  async #asked<T>(route: string): Promise<T> {
    return (await fetch(`${this.#url}${ADMIN}/${route}`)).json() as T
  }

  async seeSample(): Promise<void> {
    const { events } = await this.#asked<{ events: { event: { event_type: string; alias: string } }[] }>('events')
    assert.deepEqual(
      events.map(({ event }) => [event.event_type, event.alias]),
      [['ADD_ARTIFACT_ALIAS', 'production']],
    )
  }

  async seeNothingSent(): Promise<void> {
    const { deliveries } = await this.#asked<{ deliveries: { status: string }[] }>('deliveries')
    assert.deepEqual([...new Set(deliveries.map(({ status }) => status))], ['dry-run'])
  }

  /** Runs a line of a shell, with the address of this Node-RED in place of the usual one. */
  async run(command: string): Promise<void> {
    await this.#readAll()
    const { stdout } = await promisify(execFile)('sh', ['-c', this.here(command)])
    assert.match(stdout, /^HTTP\/1\.1 202 /)
    this.#answer = stdout.slice(stdout.indexOf('\r\n\r\n') + 4)
  }

  here(text: string): string {
    return text.replaceAll(':1880/', `:${new URL(this.#url).port}/`)
  }

  /** The answer is the documented one but for its id. */
  async seeAnswer(documented: string): Promise<void> {
    const answer = JSON.parse(this.#answer)
    assert.deepEqual({ ...JSON.parse(documented), event_id: answer.event_id }, answer)
  }

  async press(text: string): Promise<void> {
    await this.#click(this.#dialog.tray.getByRole('button', { name: text, exact: true }))
  }

  /** The verdict, the answer and the request, in this order; the verdict where it is in sight without scrolling. */
  async seeTestAnswer(): Promise<void> {
    const answer = this.#dialog.tray.locator('.aa-answer')
    const verdict = answer.locator('.aa-status.aa-yes')
    await verdict.waitFor()
    const inSight = await verdict.evaluate((element) => {
      const { left, top, bottom } = element.getBoundingClientRect()
      return [top + 2, bottom - 2].every((y) => element.contains(document.elementFromPoint(left + 10, y)))
    })
    assert.ok(inSight, 'the answer of the test is out of sight')
    const headings = await answer.locator('h4').allTextContents()
    assert.deepEqual(headings, ['Response', 'Request'])
  }

  async seeNothingSaved(): Promise<void> {
    assert.equal(await this.#saved(), this.#deployed)
    if (!this.#isNew) assert.deepEqual(await this.#editor.flow(), this.#flow)
  }

  async #saved(): Promise<string> {
    return (await fetch(`${this.#url}/flows`)).text()
  }

  get #isNew(): boolean {
    return this.#flow.length === 0
  }

  /** The tab of Node-RED's sidebar; in 4.1 the ones that have no room are in a list. */
  async clickSidebar(name: string): Promise<void> {
    const icon = this.#page.locator(`button[aria-label="${name}"], a.red-ui-tab-link-button[aria-label="${name}"]`)
    if (!(await icon.first().isVisible())) {
      await this.#click(this.#page.locator('#red-ui-sidebar .red-ui-tab-link-button-menu'))
      await this.#click(this.#page.locator('.red-ui-menu:visible').getByText(name, { exact: true }))
    } else await this.#click(icon.first())
    await this.#side.waitFor()
  }

  get #side(): Locator {
    return this.#page.locator('.aa-side')
  }

  /** The first row of the view in front. */
  get #top(): Locator {
    return this.#side.locator('.aa-panel:not([hidden]) .aa-body > [aria-rowindex="2"]')
  }

  async newAutomation(): Promise<void> {
    this.#deployed = await this.#saved()
    const button = this.#side.getByRole('button', { name: 'New automation', exact: true })
    await this.#editor.fromTray(() => this.#click(button))
  }

  async seeStep(name: string): Promise<void> {
    await this.#dialog.tray.locator('[aria-current=step]').getByText(name, { exact: true }).waitFor()
  }

  async tick(label: string, ticked: boolean): Promise<void> {
    assert.equal(await this.#field(label).isChecked(), !ticked)
    await this.#click(this.#field(label))
  }

  /** What was not there before are a trigger, a template and a sender, wired in this order, without a red triangle. */
  async seeWired(): Promise<void> {
    await this.#page.locator('.red-ui-tray').waitFor({ state: 'detached' })
    const before = new Set((JSON.parse(this.#deployed) as FlowNode[]).map(({ id }) => id))
    const flow = await this.#editor.flow()
    const [trigger, template, sender] = ['artifact-event', 'payload-template', 'webhook-sender'].map((type) =>
      flow.find((node) => node.type === type && !before.has(node.id)),
    )
    assert.ok(trigger && template && sender)
    assert.deepEqual([trigger['wires'], template['wires']], [[[template.id]], [[sender.id]]])
    for (const { id } of [trigger, template, sender]) {
      await this.#page.locator(`[id="${id}"]`).waitFor()
      assert.deepEqual(await this.#editor.validity(id), { valid: true, reasons: [] })
    }
    const made = [trigger.id, template.id, sender.id]
    const around = await this.#page
      .locator('#red-ui-workspace-chart .red-ui-flow-node-group:visible')
      .evaluateAll((nodes) =>
        nodes.map((node) => {
          const { left, right, top, bottom } = node.getBoundingClientRect()
          return { id: node.id, left, right, top, bottom }
        }),
      )
    for (const one of around.filter(({ id }) => made.includes(id)))
      for (const other of around.filter(({ id }) => id !== one.id)) {
        const isBeside = one.right <= other.left || other.right <= one.left
        assert.ok(isBeside || one.bottom <= other.top || other.bottom <= one.top, JSON.stringify([one, other]))
      }
  }

  async chooseInRow(row: string, button: string, item: string): Promise<void> {
    const name = `${button} for ${row}`
    // what was just deployed says so in a moment, and its menu with it
    const undeployed = this.#side.getByRole('row').filter({ hasText: row }).getByText('not deployed').first()
    await undeployed.waitFor({ state: 'hidden' })
    await this.#click(this.#side.getByRole('button', { name, exact: true }))
    await this.#click(this.#page.getByRole('menuitem', { name: item, exact: true }))
  }

  async clickView(name: string): Promise<void> {
    await this.#click(this.#side.getByRole('tab', { name, exact: true }))
  }

  async seeOnTop(text: string): Promise<void> {
    await this.#top.filter({ hasText: text }).waitFor()
  }

  async openOnTop(text: string): Promise<void> {
    await this.#click(this.#top)
    await this.#side.locator('.aa-attempts').getByText('200').first().waitFor()
    await this.#side.getByText(text).first().waitFor()
  }

  async pressOnTop(name: string): Promise<void> {
    await this.#click(this.#top.getByRole('button', { name, exact: true }))
  }

  async paste(): Promise<void> {
    await this.run(this.#curl)
  }

  /** What *Why?* says of an automation. */
  async seeVerdict(name: string, verdict: string, reason: string): Promise<void> {
    const row = this.#side
      .getByRole('table', { name: 'Automations for this event' })
      .getByRole('row')
      .filter({ has: this.#page.getByRole('cell', { name, exact: true }) })
    await row.getByRole('cell').getByText(verdict, { exact: true }).waitFor()
    await row.getByText(reason).first().waitFor()
  }
}
