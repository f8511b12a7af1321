import type { Node, NodeStatus } from 'node-red'
import type { Delivery } from '../../lib/delivery/delivery.js'
import type { SenderCounts, Waiting } from '../../lib/delivery/sender-port.js'
import { clockTime, showStatus } from '../runtime/report.js'

const time = (at: string | undefined) => (at ? clockTime(Date.parse(at)) : '')

/** The last result: `200 · 12:03:04`, `404 · 12:03:04`, `dry run · 12:03:04`. */
export function resultStatus({ status, status_code: code, finished_at: at, error }: Delivery): NodeStatus {
  if (status === 'delivered') return { fill: 'green', shape: 'dot', text: `${code ?? 'delivered'} · ${time(at)}` }
  if (status === 'dry-run') return { fill: 'grey', shape: 'dot', text: `dry run · ${time(at)}` }
  return { fill: 'red', shape: 'ring', text: `${code ?? error?.code.replaceAll('_', ' ') ?? 'failed'} · ${time(at)}` }
}

export interface SenderState {
  readonly counts: SenderCounts
  /** What is wrong with the webhook or its store, in a few words. */
  readonly problem: string | null
  readonly last: Delivery | null
  readonly mode: 'live' | 'dry-run'
}

/** What a sender shows: why its deliveries wait, else how many are on their way, else the last result. */
export function showSender(node: Node, { counts, problem, last, mode }: SenderState): void {
  const { pending, waiting } = counts
  if (problem !== null) {
    showStatus(node, { fill: 'red', shape: 'ring', text: pending > 0 ? `${problem} · ${pending} waiting` : problem })
  } else if (pending > 0 && waiting !== null) {
    showStatus(node, { fill: 'yellow', shape: 'ring', text: cut(`${pending} waiting${told(waiting)}`) })
  } else if (pending > 0) showStatus(node, { fill: 'blue', shape: 'dot', text: `${pending} on the way` })
  else if (last) showStatus(node, resultStatus(last))
  else showStatus(node, mode === 'dry-run' ? { fill: 'grey', shape: 'ring', text: 'dry run' } : {})
}

/**
 * ` until 12:03:04 · Paused after failures.`, with the day when it is another one. The time comes first: nodes that stand
 * close together hide what comes after.
 */
function told({ reason, until }: Waiting): string {
  if (until === null) return ` · ${reason}`
  const day = new Date(until).toDateString()
  return ` until ${day === new Date().toDateString() ? '' : `${day} `}${clockTime(until)} · ${reason}`
}

/** Room for a sentence with a time in it; the whole text is in the delivery. */
const cut = (text: string) => (text.length > 80 ? `${text.slice(0, 79)}…` : text)
