import type { Node, NodeStatus } from 'node-red'
import type { SourceState } from '../../lib/sources/states.js'
import type { WatchStatus } from '../../lib/sources/wandb/watch-status.js'
import { clockTime, showProblem, showStatus } from '../runtime/report.js'

/** What a trigger shows: what is wrong with its source, else who was refused last, else its own last event. */
export function showTrigger(node: Node, state: SourceState, last: { type: string; at: number } | null): void {
  if (state.problem) showProblem(node, state.problem)
  else showStatus(node, statusOf(state, last))
}

function statusOf({ refused, ignored, watch }: SourceState, last: { type: string; at: number } | null): NodeStatus {
  if (watch?.kind === 'failing') return failing(watch)
  if (refused) return { fill: 'yellow', shape: 'ring', text: `refused: ${refused.statusText}` }
  const extra = [ignored > 0 ? `${ignored} ignored` : '', watch ? progress(watch) : ''].filter(Boolean)
  if (last) return { fill: 'green', shape: 'dot', text: [last.type, clockTime(last.at), ...extra].join(' · ') }
  if (extra.length === 0) return {}
  return { fill: watch?.kind === 'watching' ? 'green' : 'grey', shape: 'ring', text: extra.join(' · ') }
}

/** Nothing is lost while a poll fails: it goes on from where the last one was. */
function failing({ error, lastPoll }: WatchStatus): NodeStatus {
  const since = lastPoll === null ? 'never polled' : `last poll ${minute(lastPoll)}`
  return { fill: 'red', shape: 'ring', text: `${error?.statusText ?? 'interrupted'} · ${since}` }
}

function progress({ kind, lastPoll, nextPoll, backlog, skipped }: WatchStatus): string {
  if (kind === 'starting' || lastPoll === null) return 'first poll…'
  // the server asked for a pause that is longer than anybody would wait without wondering
  const pause = nextPoll !== null && nextPoll - lastPoll > LONG_MS ? `, next ${minute(nextPoll)}` : ''
  return `polled ${minute(lastPoll)}${pause}${backlog > 0 ? `, ${backlog} to list` : ''}${leftOut(skipped)}`
}

/** `, left out: resnet and 2 more` */
function leftOut(skipped: WatchStatus['skipped']): string {
  const [first, ...more] = skipped
  if (!first) return ''
  return `, left out: ${first.what.slice(0, 40)}${more.length > 0 ? ` and ${more.length} more` : ''}`
}

const LONG_MS = 10 * 60 * 1000

/** `12:03`: a poll is no news, so that the status changes once a minute at most. */
const minute = (ms: number): string => clockTime(ms).slice(0, 5)
