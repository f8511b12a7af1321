import type { Delivery } from '../../lib/delivery/delivery.js'
import { type AdminError, adminGet, adminPost } from '../editor/admin.js'
import { element } from '../editor/element.js'
import { byPages, type Done } from './bulk.js'
import { ask, type OpenDialog, plainButton } from './dialog.editor.js'
import { pathOf } from './query.js'
import { reasonOf, words } from './words.editor.js'

type Filter = Readonly<Record<string, string>>
type Verb = 'redeliver' | 'cancel'

/** So many in one call: few enough that *Stop* is soon, and that the bar moves. */
const AT_ONCE = 200

export const redeliverAll = (filter: Filter, done: () => void): Promise<void> => doAll('redeliver', filter, done)
export const cancelAll = (filter: Filter, done: () => void): Promise<void> => doAll('cancel', filter, done)

/** Says how many, asks, and does it page by page, with a bar and a way to stop. */
async function doAll(verb: Verb, filter: Filter, done: () => void): Promise<void> {
  const question = element('p', { role: 'status' }, words('bulk.counting'))
  // who asks twice would do it twice
  if (document.querySelector('dialog[open]')) return
  ask({
    title: words(`bulk.${verb}.title`),
    content: [question],
    action: words(`bulk.${verb}.button`),
    act: (dialog) => work(verb, bound, count, dialog).finally(done),
  })
  const sure = question.closest('dialog')?.querySelector<HTMLButtonElement>('.primary')
  let count = 0
  let bound = filter
  if (sure) sure.disabled = true
  try {
    bound = await boundedNow(filter, () => question.isConnected)
    const answer = (await adminPost('deliveries/count', bound)) as { count: number }
    count = answer.count
    question.textContent = words(count === 0 ? `bulk.${verb}.none` : `bulk.${verb}.question`, {
      number: count,
      status: words(`status.${filter['status'] ?? 'failed'}`),
    })
    if (sure && count > 0) {
      sure.disabled = false
      sure.focus()
    }
  } catch (error) {
    question.textContent = reasonOf(error as AdminError)
  }
}

/**
 * What fits a filter by now, so that what is counted is what is done, and nothing that is made meanwhile. The bound is the
 * time of the newest one that fits: the browser's clock may be wrong.
 */
async function boundedNow(filter: Filter, isWanted: () => boolean): Promise<Filter> {
  if (filter['until']) return filter
  for (let before: string | undefined; isWanted(); ) {
    const answer = await adminGet(pathOf('deliveries', { ...filter, limit: '1', before }))
    const { deliveries, next } = answer as { deliveries: Delivery[]; next: string | null }
    const [newest] = deliveries
    if (newest) return { ...filter, until: new Date(Date.parse(newest.created_at) + 1).toISOString() }
    // a search goes on where it ended, until something fits
    if (next === null) break
    before = next
  }
  return filter
}

async function work(verb: Verb, filter: Filter, count: number, dialog: OpenDialog): Promise<void> {
  let stopped = false
  const title = words(`bulk.${verb}.title`)
  const bar = element('progress', { 'aria-label': title, max: String(Math.max(1, count)), value: '0' })
  const told = element('p', { role: 'status' }, words('bulk.progress', { done: 0, number: count }))
  const stop = plainButton(words('button.stop'), () => {
    stopped = true
    stop.disabled = true
  })
  dialog.show([bar, told], [stop])
  dialog.signal.addEventListener('abort', () => {
    stopped = true
  })
  const close = plainButton(words('button.close'), () => dialog.close(), 'primary')
  let so = 0
  try {
    const { done, ended } = await byPages(
      async (before) => {
        const page = { ...filter, limit: AT_ONCE, ...(before !== null && { before }) }
        const answer = (await adminPost(`deliveries/${verb}`, page)) as {
          redelivered?: number
          cancelled?: number
          next: string | null
        }
        return { count: answer.redelivered ?? answer.cancelled ?? 0, next: answer.next } satisfies Done
      },
      (done) => {
        so = done
        bar.value = done
        told.textContent = words('bulk.progress', { done, number: Math.max(done, count) })
        return !stopped
      },
    )
    dialog.show(
      [bar, element('p', { role: 'status' }, words(ended ? `bulk.${verb}.done` : 'bulk.stopped', { number: done }))],
      [close],
    )
    if (ended) bar.value = bar.max
  } catch (error) {
    const reason = element('p', { class: 'aa-text-error', role: 'alert' }, reasonOf(error as AdminError))
    dialog.show([bar, element('p', {}, words('bulk.stopped', { number: so })), reason], [close])
  }
}
