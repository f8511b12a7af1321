import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { NODE_TYPES } from '../package/repository.mts'
import { launchBrowser } from './harness/browser.mts'
import { Editor } from './harness/editor.mts'
import { NODE_RED_VERSION } from './harness/node-red.mts'
import { freePort, Started } from './harness/npm-start.mts'
import { Newcomer } from './newcomer.mts'
import { movesOf, type Phrase, stepsUnder } from './readme-steps.mts'

const page = (file: string) => readFile(path.resolve(import.meta.dirname, '../..', file), 'utf8')
const README = await page('README.md')
const FIRST = stepsUnder(README, 'The first automation, in five minutes')
const CANVAS = stepsUnder(await page('docs/canvas.md'), 'Step by step')

/** The most clicks that the first automation may take; entering a field, whatever is typed there, is one. */
const MOST_CLICKS = 25

/** The token of a phrase for a name on the screen, and for text that is typed or read. */
const NAME = String.raw`\*([^*]+)\*`
const TEXT = '`([^`]+)`'
const phrase = (words: string, act: Phrase<Newcomer>[1]): Phrase<Newcomer> => [
  new RegExp(words.replaceAll('NAME', NAME).replaceAll('TEXT', TEXT)),
  act,
]

const TRIGGER = 'alias production'
const SENDER = 'send'

/** All that the steps may ask for, and what they may promise. */
const PHRASES: readonly Phrase<Newcomer>[] = [
  phrase(
    String.raw`In the editor's menu, choose \*Import\* > \*Examples\* > NAME > NAME, and press \*Import\*`,
    (one, packageName, name) => one.importExample(String(packageName), String(name)),
  ),
  phrase('click the new tab NAME', (one, label) => one.clickTab(String(label))),
  phrase(String.raw`press \*Deploy\*`, (one) => one.deploy()),
  phrase('open the debug sidebar: it is the bug, or type TEXT', (one, keys) => one.typeKeys(String(keys))),
  phrase('press the button on the left of the trigger NAME', (one, label) => one.pressTrigger(String(label))),
  phrase('press the button again', (one) => one.pressAgain()),
  phrase('double-click the (?:trigger|template|sender) NAME', (one, label) => one.open(String(label))),
  phrase('behind its first brace, type TEXT', (one, text) => one.typeBehindFirst(String(text))),
  phrase('the name is offered: take it with TEXT, and type TEXT behind it', (one, key, text) =>
    one.takeOffer(String(key), String(text)),
  ),
  phrase('press the pencil beside NAME', (one, label) => one.pressPencil(String(label))),
  phrase('type a value of your own into NAME', (one, label) => one.typeInto(String(label), 'THE-VALUE-YOU-SET')),
  phrase(
    String.raw`type the address of your endpoint into NAME\. The demo of TEXT has one: TEXT`,
    (one, label, _start, address) => one.typeInto(String(label), one.here(String(address))),
  ),
  phrase('choose NAME beside NAME', (one, option, label) => one.choose(String(option), String(label))),
  phrase(String.raw`press \*(Done|Update)\*( twice)?`, async (one, text, twice) => {
    await one.leave(String(text))
    if (twice) await one.leave(String(text))
  }),
  phrase(String.raw`press \*(Send test|Next|New webhook|Create automation)\*`, (one, text) => one.press(String(text))),
  phrase('post one, in a terminal:\\s+```sh\n(.*?)```', (one, command) => one.run(String(command))),

  phrase('the (trigger|sender) says TEXT', (one, who, text) =>
    one.seeStatus(who === 'trigger' ? TRIGGER : SENDER, String(text)),
  ),
  phrase('nobody can post events to it before step (\\d+)', async (_one, number) => {
    assert.match(CANVAS[Number(number) - 1]?.words ?? '', /type a value of your own/i)
  }),
  phrase('its button works all the same', async () => {}),
  phrase('the trigger is not red any more', (one) => one.seeNotRed(TRIGGER)),
  phrase('whoever knows that value can post events', async () => {}),
  phrase('it sends a sample event that fits its own settings', (one) => one.seeSample()),
  phrase(
    'the sidebar shows the request that would have been sent, with its TEXT, TEXT, TEXT and TEXT',
    (one, ...names) => one.seeInSidebar(names),
  ),
  phrase('nothing was sent', (one) => one.seeNothingSent()),
  phrase('the sidebar shows the (?:new request|request that was sent): its TEXT has TEXT', (one, name, value) =>
    one.seeInSidebar(['method', String(name)], [String(value)]),
  ),
  phrase('the preview below changes while you type: there is TEXT', (one, text) => one.seePreview(String(text))),
  phrase(
    'the answer comes when the event is on disk. TEXT says how many(?: triggers)? it fits:\\s+```json\n(.*?)```',
    async (one, name, answer) => {
      assert.ok(String(name) in JSON.parse(String(answer)))
      await one.seeAnswer(String(answer))
    },
  ),
  phrase('you see the answer, and below it the request', (one) => one.seeTestAnswer()),
  phrase('nothing was saved', (one) => one.seeNothingSaved()),
  phrase('your endpoint gets the request', (one) => one.seeInSidebar(['event_type', 'accuracy'])),

  phrase(
    String.raw`run TEXT, open the address that it prints, and click the tab NAME of the sidebar: it is the bolt \(in Node-RED 4\.1 behind the arrow\)`,
    (one, _start, name) => one.clickSidebar(String(name)),
  ),
  phrase(String.raw`press \*New automation\*`, (one) => one.newAutomation()),
  phrase('NAME(?=:)', (one, name) => one.seeStep(String(name))),
  phrase('untick NAME', (one, label) => one.tick(String(label), false)),
  phrase('tick NAME', (one, label) => one.tick(String(label), true)),
  phrase('type TEXT into NAME', (one, text, label) => one.typeInto(String(label), String(text))),
  phrase('three wired nodes are on the flow: what you made can be changed there, too', (one) => one.seeWired()),
  phrase('in the row NAME, press NAME, and choose NAME', (one, row, button, item) =>
    one.chooseInRow(String(row), String(button), String(item)),
  ),
  phrase('click NAME', (one, name) => one.clickView(String(name))),
  phrase('the row on top says TEXT', (one, text) => one.seeOnTop(String(text))),
  phrase('click the row: you see the attempt, and the request with TEXT', (one, text) => one.openOnTop(String(text))),
  phrase('in a terminal, paste the TEXT line that TEXT printed', (one) => one.paste()),
  phrase('press NAME in the row on top', (one, name) => one.pressOnTop(String(name))),
  phrase('NAME says TEXT(?:, and why: TEXT)?', (one, name, verdict, reason) =>
    one.seeVerdict(String(name), String(verdict), reason ?? ''),
  ),
]

for (const [title, steps] of [
  ["the README's first five minutes", FIRST],
  ['the page on the canvas', CANVAS],
] as const)
  describe(`${title}, by its own words, with npm start and Node-RED ${NODE_RED_VERSION}`, () => {
    let userDir: string
    let started: Started
    let browser: Browser
    let editor: Editor
    let newcomer: Newcomer
    let stuck = false

    before(async function () {
      this.timeout(180_000)
      userDir = await mkdtemp(path.join(tmpdir(), 'artifact-automations-readme-'))
      started = new Started(['-p', String(await freePort()), '-u', userDir])
      browser = await launchBrowser()
      const [, url = ''] = /^Editor: +(\S+)\/$/.exec(await started.line(/^Editor: /)) ?? []
      editor = await Editor.open(browser, { url })
      newcomer = new Newcomer(editor, url, await started.line(/^curl /))
    })
    after(async () => {
      await browser?.close()
      await started?.end('SIGTERM')
      await rm(userDir, { recursive: true, force: true })
    })
    afterEach(function () {
      if (this.currentTest?.state === 'failed') stuck = true
      assert.deepEqual(editor.problems.splice(0), [])
    })

    for (const { number, words } of steps) {
      it(`${number}. ${words.split('```')[0]?.trim()}`, async () => {
        const moves = movesOf(words, PHRASES)
        assert.ok(!stuck, 'a step before this one failed')
        for (const move of moves) await move(newcomer)
      })
    }

    if (steps === CANVAS)
      it('finds the nodes in the palette by the words that the README says', async () => {
        const tip = /type the first word of its\s+name above the palette: (.*?)\./.exec(README)?.[1] ?? ''
        const search = editor.page.locator('#red-ui-palette-search input')
        const found: string[] = []
        for (const [, word = ''] of tip.matchAll(/\*(\w+)\*/g)) {
          await search.press('ControlOrMeta+A')
          await search.pressSequentially(word)
          await editor.page.locator('.red-ui-palette-node[data-palette-type="inject"]').waitFor({ state: 'hidden' })
          const left = editor.page.locator('.red-ui-palette-node:visible')
          await left.filter({ hasText: word }).first().waitFor()
          const types = await left.evaluateAll((nodes) =>
            nodes.map((node) => node.getAttribute('data-palette-type') ?? ''),
          )
          found.push(...types.filter((type) => NODE_TYPES.includes(type)))
        }
        assert.deepEqual(found, ['artifact-event', 'alias-filter', 'payload-template', 'webhook-sender'])
      })
    else
      it(`took at most ${MOST_CLICKS} clicks`, () => {
        assert.ok(newcomer.clicks <= MOST_CLICKS, `${newcomer.clicks} clicks`)
      })
  })
