// How soon the sidebar shows its rows, and how smoothly they go by, in a real browser: among many automations and in a
// long history.
import path from 'node:path'
import { launchBrowser } from '../../test/e2e/harness/browser.mts'
import { Editor } from '../../test/e2e/harness/editor.mts'
import { packageFlow } from './flows.mjs'
import { median, percentile } from './measures.mjs'
import { NodeRed } from './processes.mjs'
import { fill } from './understand.mjs'

const STEPS = 100
/** Pixels of a step: three rows or so, as a wheel does it. */
const STEP = 120

/** Shows the tab, from the action to the frame in which it has rows. */
const open = (page) =>
  page.evaluate(async () => {
    const began = performance.now()
    const until = async (fits) => {
      for (;;) {
        const seen = fits()
        await new Promise((resolve) => requestAnimationFrame(resolve))
        if (seen) return performance.now() - began
      }
    }
    globalThis.RED.actions.invoke('artifact-automations:show-automations')
    const first = await until(() => document.querySelector('.aa-t-automations .aa-body > .aa-row')?.offsetHeight > 0)
    // until then what only Node-RED knows is an ellipsis
    const whole = await until(
      () => document.querySelector('.aa-t-automations .aa-row .aa-c-fired')?.textContent !== '…',
    )
    return { first, whole }
  })

/** Scrolls the table of a kind, a step a frame. @returns how long each frame took, in milliseconds */
const scroll = (page, kind) =>
  page.evaluate(
    async ([kind, steps, step]) => {
      const scroller = document.querySelector(`.aa-t-${kind} .aa-scroll`)
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
      const took = []
      for (let last = await frame(), count = 0; count < steps; count += 1) {
        scroller.scrollTop += step
        const now = await frame()
        took.push(now - last)
        last = now
      }
      return took
    },
    [kind, STEPS, STEP],
  )

/** @returns milliseconds: medians of rounds for opening, p50 and p95 of frames for scrolling */
export async function sidebar({
  receiver,
  automations,
  events,
  deliveries,
  rounds,
  look = async (_page, work) => work(),
}) {
  const flow = packageFlow({ url: receiver.url, automations })
  const ids = flow.filter(({ type }) => type === 'artifact-event').map(({ id }) => id)
  const server = await NodeRed.start(flow, { withPackage: true })
  const browser = await launchBrowser()
  try {
    await server.stop({ keep: true })
    fill(path.join(server.dir, 'artifact-automations/store.db'), { events, deliveries, ids })
    await server.run(false)
    const opened = []
    const frames = { automations: [], history: [] }
    for (let round = 0; round < rounds; round += 1) {
      const editor = await Editor.open(browser, { url: new URL(server.url).origin }, { width: 1500, height: 900 })
      const { page } = editor
      opened.push(await look(page, () => open(page), 'open'))
      frames.automations.push(...(await look(page, () => scroll(page, 'automations'), 'automations')))
      await page.getByRole('tab', { name: 'History', exact: true }).click()
      await page.locator('.aa-t-history .aa-body > .aa-row').first().waitFor()
      frames.history.push(...(await look(page, () => scroll(page, 'history'), 'history')))
      await editor.close()
    }
    const scrolled = (kind) => {
      const sorted = frames[kind].sort((a, b) => a - b)
      return { p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95) }
    }
    return {
      first: median(opened.map(({ first }) => first)),
      whole: median(opened.map(({ whole }) => whole)),
      automations: scrolled('automations'),
      history: scrolled('history'),
    }
  } finally {
    await browser.close()
    await server.stop()
  }
}
