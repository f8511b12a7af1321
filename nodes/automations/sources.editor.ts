import type { PostedSource } from './event-curl.js'
import { words } from './words.editor.js'

const SAMPLE = 'sample:'

/** The trigger whose button made the events of this source; null of a source that is a node. */
export const sampledBy = (source: string): string | null =>
  source.startsWith(SAMPLE) ? source.slice(SAMPLE.length) : null

/** A source as people call it; of a sample, the trigger whose button made it. */
export function sourceName(id: string): string {
  const name = (of: string) => RED.nodes.node(of)?.name || of
  const trigger = sampledBy(id)
  return trigger === null ? name(id) : words('sample-of', { name: name(trigger) })
}

/** Whether it asks a registry by itself. */
export const isWatched = (id: unknown): boolean => (RED.nodes.node(String(id))?.['kind'] ?? 'http') !== 'http'

/** Where to post an event as it is: to its own source where that takes it, else to one that does. */
export function postedSource(id: string): PostedSource {
  const takes = (node: Readonly<Record<string, unknown>> | undefined) =>
    node !== undefined && (node['kind'] ?? 'http') === 'http' && (node['format'] ?? 'event') === 'event'
  let found: Readonly<Record<string, unknown>> | undefined = RED.nodes.node(id)
  if (!takes(found)) {
    found = undefined
    RED.nodes.eachConfig((node) => {
      if (node.type === 'artifact-source' && takes(node)) found ??= node
    })
  }
  const root = RED.settings.httpNodeRoot
  const path = `${typeof root === 'string' ? root : ''}/${found?.['path'] ?? 'artifact-events'}`.replaceAll(
    /\/{2,}/g,
    '/',
  )
  return {
    url: new URL(path, window.location.origin).href,
    auth: String(found?.['auth'] ?? 'none'),
    headerName: String(found?.['headerName'] ?? ''),
  }
}
