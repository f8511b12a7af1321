import type { Delivery } from '../../lib/delivery/delivery.js'
import { type AdminError, adminGet, adminPost } from '../editor/admin.js'
import { element } from '../editor/element.js'
import { BEGINNING, byPages, type Done, type Progress } from './bulk.js'
import { ask as askFirst, type OpenDialog, plainButton } from './dialog.editor.js'
import { disable } from './disable.editor.js'
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
  // who asks twice would do it twice
  if (document.querySelector('dialog[open]')) return
  const question = element('p', { role: 'status' })
  const again = plainButton(words('button.again'), () => void ask())
  const place = element('div', {}, question)
  let counted: Pick<Work, 'filter' | 'count'> = { filter, count: 0 }
  askFirst({
    title: words(`bulk.${verb}.title`),
    content: [place],
    action: words(`bulk.${verb}.button`),
    act: (dialog) => work({ verb, ...counted, dialog, done }),
  })
  const sure = place.closest('dialog')?.querySelector<HTMLButtonElement>('.primary')
  /** @param why what it waits for, or that there is nothing to do; null when it can be pressed */
  const say = (text: string, why: string | null) => {
    question.textContent = text
    if (sure) disable(sure, why)
  }
  const never = neverDone(verb, filter)
  if (never !== null) {
    say(never, never)
    return
  }
  const ask = async () => {
    again.remove()
    say(words('bulk.counting'), words('bulk.counting'))
    try {
      const bound = await boundedNow(filter, () => question.isConnected)
      const { count } = (await adminPost('deliveries/count', bound)) as { count: number }
      counted = { filter: bound, count }
      const status = words(`status.${filter['status'] ?? 'failed'}`)
      const told = words(count === 0 ? `bulk.${verb}.none` : `bulk.${verb}.question`, { number: count, status })
      say(told, count === 0 ? told : null)
      if (count > 0) sure?.focus()
    } catch (error) {
      const reason = reasonOf(error as AdminError)
      say(reason, reason)
      place.append(again)
    }
  }
  await ask()
}

/** Why there is nothing to do with what a filter shows; null where there may be. */
function neverDone(verb: Verb, { status = '' }: Filter): string | null {
  if (verb === 'cancel') return status === 'pending' ? null : words('bulk.cancel.none')
  return status === 'dry-run' ? words('delivery.dry') : null
}

/**
 * What fits a filter by now, so that what is counted is what is done, and nothing that is made meanwhile. The bound is the
 * time of the newest one that fits: the browser's clock may be wrong.
 */
async function boundedNow(filter: Filter, isWanted: () => boolean): Promise<Filter> {
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

interface Work {
  readonly verb: Verb
  readonly filter: Filter
  /** How many fit. */
  readonly count: number
  readonly dialog: OpenDialog
  /** After some of it, whether that was all or not. */
  readonly done: () => void
}

async function work(task: Work, from: Progress = BEGINNING): Promise<void> {
  const { verb, filter, count, dialog, done: worked } = task
  let stopped = false
  const title = words(`bulk.${verb}.title`)
  const bar = element('progress', { 'aria-label': title, max: String(Math.max(1, count)), value: String(from.done) })
  const told = element('p', { role: 'status' }, words('bulk.progress', { done: from.done, number: count }))
  const stop = plainButton(words('button.stop'), () => {
    stopped = true
    stop.disabled = true
  })
  dialog.show([bar, told], [stop])
  dialog.signal.addEventListener('abort', () => {
    stopped = true
  })
  const close = plainButton(words('button.close'), () => dialog.close())
  let so = from
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
      (progress) => {
        so = progress
        const { done } = progress
        bar.value = done
        told.textContent = words('bulk.progress', { done, number: Math.max(done, count) })
        return !stopped
      },
      from,
    )
    dialog.show(
      [bar, element('p', { role: 'status' }, words(ended ? `bulk.${verb}.done` : 'bulk.stopped', { number: done }))],
      [close],
    )
    if (ended) bar.value = bar.max
  } catch (error) {
    const reason = element('p', { class: 'aa-text-error', role: 'alert' }, reasonOf(error as AdminError))
    const again = plainButton(words('button.again'), () => void work(task, so), 'primary')
    dialog.show([bar, element('p', {}, words('bulk.stopped', { number: so.done })), reason], [close, again])
  } finally {
    worked()
  }
}
