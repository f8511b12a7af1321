import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { postedEvents } from '../package/markdown.mts'
import type { FlowNode } from './harness/node-red.mts'

const folder = path.resolve(import.meta.dirname, '../../examples')

/** Names of the examples as Import > Examples shows them. */
export const EXAMPLES = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.replace(/\.json$/, ''))
  .sort()

export function readExample(name: string): FlowNode[] {
  return JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8'))
}

export interface Posted {
  readonly path: string
  readonly event: Record<string, unknown>
}

/** The event that the example's own comment posts with `curl`. */
export function documentedEvent(flow: readonly FlowNode[]): Posted {
  const comments = flow.filter(({ type }) => type === 'comment').map(({ info }) => String(info))
  const [posted] = comments.flatMap(postedEvents)
  if (!posted) throw new Error('No comment of the example posts an event.')
  return { path: posted.path, event: posted.body as Record<string, unknown> }
}

export function nodeNamed(flow: readonly FlowNode[], type: string, name: string): FlowNode {
  const found = flow.find((node) => node.type === type && node['name'] === name)
  if (!found) throw new Error(`The flow has no ${type} "${name}".`)
  return found
}

/** The value that tests give to a secret of this name. */
export const secretValue = (name: string) => `value of ${name}`

/**
 * What a person does after importing: every webhook gets a URL of this server (its path is the webhook's id), and
 * every secret a value.
 */
export function filledIn(flow: readonly FlowNode[], receiverUrl: string): FlowNode[] {
  return flow.map((node) => {
    if (node.type === 'automation-webhook') return { ...node, url: `${receiverUrl}/${node.id}` }
    if (node.type === 'automation-secret') return { ...node, credentials: { value: secretValue(String(node['name'])) } }
    return node
  })
}
