import assert from 'node:assert/strict'
import { axeViolations } from './harness/axe.mts'
import type { Editor } from './harness/editor.mts'
import { type FlowNode, NODE_RED_VERSION, type NodeRed } from './harness/node-red.mts'
import type { Receiver } from './harness/receiver.mts'
import { openSidebar } from './open-sidebar.mts'
import type { Side } from './side.mts'
import { linked } from './sidebar-flow.mts'

const trigger = (name: string, y: number, more: object = {}): FlowNode => ({
  id: name.toLowerCase(),
  type: 'artifact-event',
  z: 'tab',
  x: 150,
  y,
  name,
  source: 'events',
  project: 'model',
  events: ['ADD_ARTIFACT_ALIAS'],
  wires: [['send']],
  ...more,
})
const sender = (id: string, y: number, more: object): FlowNode => ({
  id,
  type: 'webhook-sender',
  z: 'tab',
  x: 450,
  y,
  name: '',
  wires: [[], []],
  ...more,
})

/** One automation to a webhook, one to two of them, one that cannot work and one that is disabled. */
const flowTo = (far: string): readonly FlowNode[] => [
  { id: 'tab', type: 'tab', label: 'Registry' },
  { id: 'events', type: 'artifact-source', name: 'Registry events', auth: 'none' },
  { id: 'channel', type: 'automation-webhook', name: 'Team channel', url: `${far}/channel` },
  { id: 'deploy', type: 'automation-webhook', name: 'GitHub deploy', url: `${far}/deploy` },
  trigger('Works', 80),
  trigger('Both', 160, { wires: [['deploy-send', 'channel-send', 'dry']] }),
  trigger('Broken', 240, { pattern: '(' }),
  trigger('Off', 320, { d: true, pattern: '(' }),
  sender('send', 80, { webhook: 'channel' }),
  sender('channel-send', 200, { webhook: 'channel' }),
  sender('deploy-send', 160, { webhook: 'deploy' }),
  sender('dry', 240, { webhook: 'deploy', name: 'Rehearsal', mode: 'dry-run' }),
]

describe(`what the sidebar says where there is nothing to do, in Node-RED ${NODE_RED_VERSION}`, () => {
  let nodeRed: NodeRed
  let far: Receiver
  let editor: Editor
  let side: Side

  openSidebar({ flow: () => [{ id: 'tab', type: 'tab', label: 'Registry' }] }, async (opened) => {
    ;({ nodeRed, far, editor, side } = opened)
    await side.open()
  })

  /** What a screen reader says of a control beside its name. */
  const described = (name: string) =>
    side.button(name).evaluate((control) => {
      const ids = control.getAttribute('aria-describedby') ?? ''
      return document.getElementById(ids)?.textContent ?? null
    })

  it('offers an example and those of W&B where there is no automation', async () => {
    const { page } = editor
    const empty = side.root.locator('.aa-empty:visible')
    await empty.waitFor()
    const offered = await empty.getByRole('button').allTextContents()
    assert.deepEqual(
      offered.map((text) => text.trim()),
      ['Import an example', 'Import from W&B'],
    )
    assert.deepEqual(await axeViolations(page, '.aa-side'), [])
    await editor.fromTray(() => side.button('Import from W&B').click())
    const made = editor.dialog('node-config')
    assert.equal(await made.field('kind').inputValue(), 'wandb')
    await made.tray.getByRole('button', { name: 'Import automations from W&B' }).waitFor()
    await made.cancel()
    // one that is there is asked, and any other is made as usual
    await editor.page.evaluate(`RED.nodes.import([
      { id: 'wandb', type: 'artifact-source', name: 'Our W&B', kind: 'wandb' },
    ], { generateIds: false })`)
    await editor.fromTray(() => side.button('Import from W&B').click())
    assert.equal(await editor.dialog('node-config').field('name').inputValue(), 'Our W&B')
    await editor.dialog('node-config').cancel()
    const another = await editor.openConfig('artifact-source', '_ADD_')
    assert.equal(await another.field('kind').inputValue(), 'http')
    await another.cancel()
  })

  describe('with automations', () => {
    before(async () => {
      await nodeRed.deploy(flowTo(far.url))
      await nodeRed.post(linked('v1'))
      // a dry run sends none
      await far.received(3)
      await editor.load()
      await editor.page.evaluate("RED.actions.invoke('artifact-automations:show-automations')")
      await side.rows('Automations').nth(3).waitFor()
    })

    it('reaches what is out of use by Tab, reads out why, and says it to who presses it', async () => {
      const { page } = editor
      const asked: string[] = []
      const listen = (request: { method(): string; url(): string }) => {
        if (request.method() === 'POST' && request.url().includes('/artifact-automations/')) asked.push(request.url())
      }
      const why = 'It is disabled: enable it, then deploy it.'
      await side.choose('Off', 'Details')
      const sample = side.button('Send sample')
      assert.equal(await sample.isDisabled(), true)
      await side.button('Edit').focus()
      await page.keyboard.press('Tab')
      assert.equal(await page.evaluate('document.activeElement.textContent'), 'Send sample')
      assert.equal(await described('Send sample'), why)
      page.on('request', listen)
      await page.keyboard.press('Enter')
      await page.getByRole('alert').getByText(why, { exact: true }).waitFor()
      assert.deepEqual(await axeViolations(page, '.aa-side'), [])
      await page.keyboard.press('Tab')
      await page.getByRole('alert').waitFor({ state: 'detached' })
      await sample.click({ force: true })
      await page.getByRole('alert').getByText(why, { exact: true }).waitFor()
      page.off('request', listen)
      assert.deepEqual(asked, [])
      await side.back()

      await side.button('Actions for Off').click()
      const item = page.getByRole('menuitem', { name: 'Send sample', exact: true })
      const told = await item.evaluate(
        (entry) => document.getElementById(entry.getAttribute('aria-describedby') ?? '')?.textContent,
      )
      assert.equal(told, why)
      await item.focus()
      await page.keyboard.press('Enter')
      await page.getByRole('alert').getByText(why, { exact: true }).waitFor()
      assert.deepEqual(await axeViolations(page, '.aa-menu-list'), [])
      await page.keyboard.press('Escape')
      // what is of use again is of use
      await side.choose('Off', 'Enable')
      await side.choose('Off', 'Details')
      // the page of details goes by the rows, which follow an edit a moment later
      const late = 'Deploy it first.'
      for (let look = 0; look < 200 && (await described('Send sample')) !== late; look++) await page.waitForTimeout(25)
      assert.equal(await described('Send sample'), late)
      await page.evaluate("RED.actions.invoke('core:undo')")
      await side.back()
    })

    it('cuts off no name of a filter, and no reason why an automation cannot work', async () => {
      await side.view('Automations')
      assert.equal(await side.root.locator('.aa-fields:visible select').count(), 4)
      const cut = await side.root.locator('.aa-fields:visible select').evaluateAll((filters) =>
        filters.flatMap((filter) => {
          const [name] = (filter as HTMLSelectElement).options
          const { offsetWidth: width } = filter as HTMLSelectElement
          const alone = filter.cloneNode() as HTMLSelectElement
          alone.append(name!.cloneNode(true))
          alone.style.cssText = 'flex: none; width: auto !important'
          filter.after(alone)
          const missing = alone.offsetWidth - width
          alone.remove()
          return missing > 0 ? [`${name!.text}: ${missing} px`] : []
        }),
      )
      assert.deepEqual(cut, [])
      await side.choose('Broken', 'Details')
      const reason = side.root.locator('.aa-facts dd:has(.aa-is-bad)')
      await reason.waitFor()
      assert.equal(await reason.evaluate((place) => place.scrollWidth - place.clientWidth), 0)
      await side.back()
    })

    it('says what every sender does with an event', async () => {
      await side.view('Events')
      await side.rows('Events').first().getByRole('button', { name: 'Why?' }).click()
      const row = side.table('Automations for this event').getByRole('row').filter({ hasText: 'Both' })
      await row.waitFor()
      const told = row.getByRole('cell').last().locator('> ul > li')
      const texts = await told.allTextContents()
      assert.equal(texts.length, 3, texts.join('\n'))
      assert.match(texts[0] ?? '', /^It sends \d+ bytes to the webhook `GitHub deploy`\.$/)
      assert.match(texts[1] ?? '', /^It sends \d+ bytes to the webhook `Team channel`\.$/)
      assert.match(texts[2] ?? '', /^Rehearsal: It is a dry run/)
      const name = told.first().locator('code')
      assert.equal(await name.innerText(), '`GitHub deploy`')
      const mark = name.locator('span').first()
      assert.equal(await mark.evaluate((element) => element.getBoundingClientRect().width), 0)
      // and what became of each, one apart from the other
      assert.equal((await row.locator('.aa-link').allTextContents()).length, 3)
      const [, became = ''] = /Its deliveries: (.*)$/.exec((await row.textContent()) ?? '') ?? []
      assert.deepEqual(became.split(', ').sort(), [
        'GitHub deploy: delivered · 200',
        'GitHub deploy: dry run',
        'Team channel: delivered · 200',
      ])
      await side.back()
    })

    it('says that one character is no search, of whatever kind, and searches for more', async () => {
      for (const [view, table] of [
        ['History', 'Deliveries'],
        ['Events', 'Events'],
      ] as const) {
        await side.view(view)
        await side.rows(table).first().waitFor()
        const panel = side.root.locator('.aa-panel:not([hidden])')
        const note = panel.locator('.aa-list-note')
        const search = panel.getByRole('searchbox', { name: 'Search' })
        for (const one of ['z', '😀']) {
          await search.fill(one)
          await note.getByText('Search for at least 2 characters', { exact: false }).waitFor()
          assert.ok((await side.rows(table).count()) > 0, one)
          await search.fill('')
          await note.waitFor({ state: 'hidden' })
        }
        await search.fill('no such thing')
        await panel.getByText('Nothing matches').waitFor()
        // from nothing that matches back to all: the note comes with them
        await search.fill('z')
        await side.rows(table).first().waitFor()
        await note.getByText('Search for at least 2 characters', { exact: false }).waitFor()
        await search.fill('')
      }
    })

    it('does not ask what an automation would have sent that cannot work, and says what is wrong with it', async () => {
      const { page } = editor
      const asked: string[] = []
      page.on('request', (request) => {
        if (request.url().endsWith('/automations/backtest')) asked.push(request.url())
      })
      await side.view('Automations')
      for (const name of ['Broken', 'Off']) {
        await side.choose(name, 'Details')
        const payload = side.root.getByRole('group', { name: 'Payload' })
        await payload.getByText(/pattern/i).waitFor()
        await side.back()
        await side.choose(name, 'Backtest')
        await side.button('Run').click()
        await side.root
          .locator('.aa-list-note:visible')
          .getByText(/pattern/i)
          .waitFor()
        await side.back()
      }
      assert.deepEqual(asked, [])
    })

    it("sends no sample by a trigger's button on the canvas while anything of its automation is not deployed", async () => {
      const { page } = editor
      const asked: string[] = []
      page.on('request', (request) => {
        if (request.url().endsWith('/events/sample')) asked.push(request.url())
      })
      const notice = page.locator('.red-ui-notification').filter({ hasText: 'Deploy first' })
      await editor.pressButton('works')
      await page.locator('.red-ui-notification').filter({ hasText: 'Sample event sent' }).waitFor({ state: 'attached' })
      assert.equal(asked.length, 1)
      const dialog = await editor.openConfig('automation-webhook', 'channel')
      await dialog.field('url').fill(`${far.url}/changed`)
      await dialog.done()
      await editor.pressButton('works')
      await notice.waitFor({ state: 'attached' })
      assert.equal(asked.length, 1)
      await page.evaluate("RED.actions.invoke('core:undo')")
    })
  })
})
