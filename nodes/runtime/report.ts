import type { Node, NodeStatus } from 'node-red'
import { AutomationError } from '../../lib/error.js'
import { canBeCopied } from './copyable.js'

/** Any thrown value as the package's own error, so that status, Catch and log always have a code and a sentence. */
export function asAutomationError(error: unknown): AutomationError {
  if (error instanceof AutomationError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new AutomationError('internal', message, { cause: error })
}

const shown = new WeakMap<Node, string>()

/**
 * Sets a node's status, but only when it says something new: a status goes to every open editor, and a burst of
 * events must not become a burst of those.
 */
export function showStatus(node: Node, status: NodeStatus): void {
  const key = `${status.fill}|${status.shape}|${status.text}`
  if (shown.get(node) === key) return
  shown.set(node, key)
  node.status(status)
}

/** Red, with the reason in words. */
export function showProblem(node: Node, error: AutomationError): void {
  showStatus(node, { fill: 'red', shape: 'ring', text: error.statusText })
}

/**
 * Logs what somebody has to mend, to the debug sidebar too, as the sentence that it is: where in this package it was
 * noticed helps nobody. What nobody foresaw keeps its stack.
 */
export function logProblem(node: Node, error: AutomationError): void {
  node.error(error.code === 'internal' ? error : error.message)
}

/**
 * Hands a message on, or back, to Node-RED. What it throws then is logged: it copies messages for whoever gets them, and
 * cannot copy each one that a flow can make. Nobody would catch it where an input ends later, and the process would end.
 */
export function handOn(node: Node, work: () => void): void {
  try {
    work()
  } catch (error) {
    const why = asAutomationError(error).message
    node.error(
      `Node-RED cannot hand this message on: ${why}. A node before this one put into it what cannot be copied.`,
    )
  }
}

/**
 * Tells Node-RED, and with it Catch nodes, why a message could not be handled. One that cannot be copied goes nowhere:
 * the reason is in the log alone.
 */
export function refuse(node: Node, msg: object, error: unknown, done: (error?: Error) => void): void {
  const problem = asAutomationError(error)
  try {
    const copyable = canBeCopied(msg)
    done(copyable ? problem : undefined)
    if (copyable) return
  } catch {
    // what Node-RED itself cannot do with it
  }
  logProblem(node, problem)
}

/** For configuration that cannot work: red on the node, and logged once. */
export function reportProblem(node: Node, error: AutomationError): void {
  showProblem(node, error)
  logProblem(node, error)
}

/** The same for a node that can do nothing with a message then but hand it to Catch. */
export function reportUnusable(node: Node, error: unknown): void {
  const problem = asAutomationError(error)
  reportProblem(node, problem)
  node.on('input', (msg, _send, done) => refuse(node, msg, problem, done))
}

/** `12:03:04`, made once a second: bursts would format it for every event. */
export function clockTime(ms: number): string {
  const second = Math.floor(ms / 1000)
  if (second !== formatted.second) formatted = { second, text: new Date(ms).toTimeString().slice(0, 8) }
  return formatted.text
}

/** `12:03:04` of today, `Mon 12:03` of another day, `Nov 23 12:03` of a week ago or more. */
export function withDay(at: number, time = clockTime(at)): string {
  // asked for with every event: what is just now is of today, but for a moment at midnight
  if (Math.abs(Date.now() - at) < 1_000) return time
  const day = new Date(at).toDateString()
  if (day === new Date().toDateString()) return time
  const isNear = Math.abs(at - Date.now()) < 6 * 86_400_000
  return `${isNear ? day.slice(0, 3) : day.slice(4, 10)} ${time.slice(0, 5)}`
}

let formatted = { second: Number.NaN, text: '' }
