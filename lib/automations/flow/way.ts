import type { ArtifactEvent } from '../../events/event.js'
import { shown } from '../words.js'
import type { Carried, Followed, NodeJudge, NodeName, Outcome, Payload, Step } from './carried.js'
import { type FlowGraph, type RunningNode, type SavedNode, text } from './graph.js'

/** A flow may hold any circle; a message may be judged at so many places. */
const MOST_PLACES = 5_000
const DEEPEST_CALL = 50

interface Place {
  readonly id: string
  readonly carried: Carried
  /** The link calls that wait for the message to come back, the innermost last. */
  readonly calls: readonly string[]
}

export interface WayParts {
  readonly graph: FlowGraph
  /** Compiles a node of this package; null for one of another kind. */
  readonly judgeOf: (running: RunningNode) => NodeJudge | null
}

/**
 * The ways of one automation's messages, from its trigger to its senders. Nodes of this package are asked what they
 * would do, by the code that does it; link nodes, junctions and subflows are followed; of any other node nobody knows
 * what it makes of a message, nor of what comes after it.
 */
export class Way {
  readonly #parts: WayParts
  readonly #start: RunningNode
  readonly #judges = new Map<string, NodeJudge | null>()
  /** What the trigger itself stands in counts as enabled: whether it is, is a condition of its own. */
  readonly #assumed: ReadonlySet<SavedNode>

  constructor(start: RunningNode, parts: WayParts) {
    this.#start = start
    this.#parts = parts
    this.#assumed = new Set(around(start, parts.graph))
  }

  /** What the nodes after the trigger do with an event. */
  follow(event: ArtifactEvent, automationName: string): Followed {
    const steps: Step[] = []
    const payloads: Payload[] = []
    const seen = new Set<string>()
    const ahead: Place[] = []
    const go = (ids: readonly string[], carried: Carried, calls: readonly string[]) => {
      for (const id of ids.toReversed()) ahead.push({ id, carried, calls })
    }
    this.#leave(this.#start, null, { kind: 'event' }, [], go)
    for (let place = ahead.pop(); place !== undefined; place = ahead.pop()) {
      const key = keyOf(place)
      if (seen.has(key) || seen.size >= MOST_PLACES) continue
      seen.add(key)
      const running = this.#parts.graph.node(place.id)
      if (running === undefined) continue
      const { carried, calls } = place
      const disabled = this.#disabled(running)
      if (disabled !== null) {
        if (carried.kind !== 'failed') steps.push(step(running, { verdict: 'drops', reason: disabled }))
        continue
      }
      if (this.#passOn(running, carried, calls, go)) continue
      const outcome = this.#judge(running, event, carried, automationName)
      if (carried.kind !== 'failed') steps.push(step(running, outcome))
      if (outcome.payload) payloads.push(outcome.payload)
      // what comes out of a sender depends on the answer of an endpoint
      if (running.node.type === 'webhook-sender') continue
      if (outcome.verdict === 'drops' && outcome.carried.kind !== 'failed') continue
      this.#leave(running, outcome.outputs, outcome.carried, calls, go)
    }
    return { steps, payloads }
  }

  /** What a node's message gets to next: over its wires, and to the complete nodes that wait for it. */
  #leave(running: RunningNode, outputs: Outcome['outputs'], carried: Carried, calls: Place['calls'], go: Go): void {
    const { graph } = this.#parts
    if (carried.kind !== 'failed') {
      go(graph.completes(running.id), { kind: 'unknown', because: after(running) }, [])
    }
    const ids =
      outputs === null ? graph.receivers(running, null) : outputs.flatMap((output) => graph.receivers(running, output))
    go(ids, carried, calls)
  }

  /** Nodes that only lead on. @returns whether it is one */
  #passOn(running: RunningNode, carried: Carried, calls: Place['calls'], go: Go): boolean {
    const { graph } = this.#parts
    const { node } = running
    if (node.type === 'junction' || node.type === 'link in') {
      this.#leave(running, null, carried, calls, go)
      return true
    }
    if (node.type === 'link out') {
      const caller = node['mode'] === 'return' ? graph.node(calls.at(-1) ?? '') : undefined
      if (caller) this.#leave(caller, null, carried, calls.slice(0, -1), go)
      else if (node['mode'] !== 'return') go(graph.links(running), carried, calls)
      return true
    }
    if (node.type === 'link call' && node['linkType'] !== 'dynamic') {
      if (calls.length < DEEPEST_CALL) go(graph.links(running), carried, [...calls, running.id])
      return true
    }
    if (!graph.definitionOf(node)) return false
    go(graph.entrances(running), carried, calls)
    return true
  }

  #judge(running: RunningNode, event: ArtifactEvent, carried: Carried, automationName: string): Outcome {
    const judge = this.#judgeOf(running)
    const isAsked = running.node.type === 'webhook-sender' || carried.kind === 'event' || carried.kind === 'rendered'
    if (judge !== null && isAsked) return judge(event, carried, automationName)
    if (carried.kind === 'failed') return { verdict: 'drops', reason: '', outputs: null, carried }
    const reason = carried.kind === 'unknown' ? carried.because : madeBy(running)
    const because = carried.kind === 'unknown' ? carried.because : after(running)
    return { verdict: 'unknown', reason, outputs: null, carried: { kind: 'unknown', because } }
  }

  #judgeOf(running: RunningNode): NodeJudge | null {
    let judge = this.#judges.get(running.id)
    if (judge === undefined) {
      judge = this.#parts.judgeOf(running)
      this.#judges.set(running.id, judge)
    }
    return judge
  }

  /** Why a node does not exist, in a sentence; null when it does. */
  #disabled(running: RunningNode): string | null {
    const disabled = this.#parts.graph.disabledIn(running)
    if (disabled === null || this.#assumed.has(disabled)) return null
    if (disabled === running.node) return 'The node is disabled.'
    const what = disabled.type === 'tab' ? 'flow' : 'subflow'
    return `The ${what} ${shown(text(disabled['label']) || text(disabled['name']) || disabled.id)}, in which it stands, is disabled.`
  }
}

type Go = (ids: readonly string[], carried: Carried, calls: readonly string[]) => void

function keyOf({ id, carried, calls }: Place): string {
  const state =
    carried.kind === 'rendered' || carried.kind === 'failed' ? `${carried.kind} ${carried.by}` : carried.kind
  return JSON.stringify([id, state, calls])
}

function around({ node, instance }: RunningNode, graph: FlowGraph): SavedNode[] {
  return [node, ...graph.flowOf(node), ...(instance ? around(instance, graph) : [])]
}

const nameOf = ({ id, node }: RunningNode): NodeName => ({ id, type: node.type, name: text(node['name']) })

const step = (running: RunningNode, { verdict, reason }: Pick<Step, 'verdict' | 'reason'>): Step => ({
  node: nameOf(running),
  verdict,
  reason,
})

const named = ({ node }: RunningNode) =>
  text(node['name']) ? `the ${node.type} node ${shown(text(node['name']))}` : `a ${node.type} node`

/** Of a node that this package does not judge. Node-RED's own debug node is no riddle to anybody. */
const madeBy = (running: RunningNode) =>
  running.node.type === 'debug'
    ? `It ends at ${named(running)}, which shows it and sends it nowhere.`
    : `Nobody knows what ${named(running)} makes of a message.`

const after = (running: RunningNode) =>
  `It stands after ${named(running)}, and nobody knows what that makes of a message.`
