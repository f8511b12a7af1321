import type { Node } from 'node-red'
import { clockTime, showProblem, showStatus } from './report.js'
import type { SourceState } from './source-states.js'

/** What a trigger shows: what is wrong with its source, else who was refused last, else its own last event. */
export function showTrigger(node: Node, state: SourceState, last: { type: string; at: number } | null): void {
  const { problem, refused, ignored } = state
  const extra = ignored > 0 ? `${ignored} ignored` : ''
  if (problem) showProblem(node, problem)
  else if (refused) showStatus(node, { fill: 'yellow', shape: 'ring', text: `refused: ${refused.statusText}` })
  else if (last) {
    const parts = [last.type, clockTime(last.at), extra]
    showStatus(node, { fill: 'green', shape: 'dot', text: parts.filter(Boolean).join(' · ') })
  } else showStatus(node, extra ? { fill: 'grey', shape: 'ring', text: extra } : {})
}
