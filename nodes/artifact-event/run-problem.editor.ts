import { compilePattern } from '../../lib/alias/pattern.js'
import { compileRunRule, RUN_DEFAULTS, type RunSettings } from '../../lib/automations/run-rule.js'
import { evaluatesRuns } from '../../lib/sources/source.js'
import { problemOf } from '../editor/form/check.js'
import { current } from '../editor/form/form.js'
import type { EditorNode } from '../editor/red-editor.d.js'

/** With these every event of runs can be judged. */
const RIGHT: RunSettings = { ...RUN_DEFAULTS, metric: 'right', threshold: '1', changeAmount: '1' }

/** Whether the source of a trigger watches runs itself, instead of being told of them. */
export function isWatched(node: EditorNode): boolean {
  const source = current(node, 'source')
  return evaluatesRuns(RED.nodes.node(typeof source === 'string' ? source : '')?.['kind'])
}

/** Judges one setting about runs as the runtime does, while the others are taken to be right. */
export function runProblem(node: EditorNode, property: keyof RunSettings, value: unknown): string | null {
  const types = (current(node, 'events') as string[] | undefined)?.filter((type) => type.startsWith('RUN_')) ?? []
  const text = value === undefined || value === null ? RUN_DEFAULTS[property] : value
  if (types.length === 0) return null
  if (property === 'runName') return problemOf(() => compilePattern(String(text)))
  if (!isWatched(node)) return null
  for (const event of types) {
    const problem = problemOf(() => compileRunRule({ ...RIGHT, event, [property]: text }))
    if (problem !== null) return problem
  }
  return null
}
