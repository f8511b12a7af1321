import type { Node, NodeStatus } from 'node-red'
import { judge } from '../../lib/automations/judgement.js'
import type { AutomationRule } from '../../lib/automations/rule.js'
import type { ArtifactEvent } from '../../lib/events/event.js'
import { namedBy } from '../../lib/events/subject.js'
import type { SourceState } from '../../lib/sources/states.js'
import type { WatchStatus } from '../../lib/sources/watch/status.js'
import type { LastFired } from '../runtime/host.js'
import { clockTime, showProblem, showStatus, withDay } from '../runtime/report.js'

/** What a trigger shows: what is wrong with its source, else its last event, and what its source brought since then. */
export function showTrigger(node: Node, state: SourceState, own: LastFired | null, misfit: Misfit): void {
  if (state.problem) showProblem(node, state.problem)
  else showStatus(node, statusOf(state, own, misfit))
}

/** The condition that an event does not meet, in a word; null when it meets all. */
type Misfit = (event: ArtifactEvent) => string | null

export function misfitOf(rule: AutomationRule, event: ArtifactEvent): string | null {
  const failed = judge({ met: true, reason: '' }, rule, event).conditions.find(({ met }) => met === false)
  if (failed === undefined) return null
  if (failed.name === 'scope') return rule.trigger.scope
  return failed.name === 'pattern' ? (namedBy(event) ?? 'alias') : failed.name
}

function statusOf({ refused, ignored, watch, last }: SourceState, own: LastFired | null, misfit: Misfit): NodeStatus {
  if (watch?.kind === 'failing') return failing(watch)
  const since = last !== null && last.at > (own?.at ?? 0) ? last : null
  const condition = since && misfit(since.event)
  const extra: string[] = watch ? [progress(watch)] : []
  if (since && condition) extra.push(`${own ? '' : 'last event '}${minute(since.at)} did not fit: ${condition}`)
  if (refused) extra.push(`${refused.count} refused ${minute(refused.at)}${own ? '' : `: ${refused.last.statusText}`}`)
  if (ignored > 0) extra.push(`${ignored} ignored`)
  if (own) return { fill: 'green', shape: 'dot', text: [own.type, withDay(own.at), ...extra].join(' · ') }
  if (extra.length === 0) return { fill: 'grey', shape: 'ring', text: 'listening' }
  const isWatching = watch?.kind === 'watching'
  return { fill: refused ? 'yellow' : isWatching ? 'green' : 'grey', shape: 'ring', text: extra.join(' · ') }
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
