import { withoutEnd } from '../../lib/without-end.js'
import type { EditorNode } from '../editor/red-editor.d.js'
import { DEFAULTS } from './artifact-source.migrate.js'

/** What is wrong with the path of an HTTP source, as the end of a catalog key; `null` when nothing is. */
export function pathProblem(path: string): 'path-slash' | 'path-characters' | null {
  if (!path.startsWith('/') || path.length < 2) return 'path-slash'
  // what URLs may carry unescaped, without what Express would take for a pattern
  return /^\/[A-Za-z0-9\-._~/%@,;=]*$/.test(path) && !path.includes('//') ? null : 'path-characters'
}

/** Whether two sources would listen on the same path: slashes at the end do not tell them apart. */
const isSamePath = (one: string, other: string): boolean => withoutEnd(one, '/') === withoutEnd(other, '/')

/** Another enabled HTTP source that listens on this path. */
export function sourceAt(path: string, but: EditorNode): EditorNode | null {
  let found: EditorNode | null = null
  RED.nodes.eachConfig((other) => {
    const isOther = other.type === but.type && other.id !== but.id && !other.d
    if (!isOther || (other['kind'] ?? DEFAULTS.kind) !== 'http') return
    if (isSamePath(String(other['path'] ?? DEFAULTS.path), path)) found = other
  })
  return found
}

/** The whole address as this browser reaches it; senders elsewhere may need another host name. */
export function ingestUrl(path: string): string {
  const root = (RED.settings.httpNodeRoot || '/').replace(/^\/?/, '/').replace(/\/$/, '')
  return `${window.location.origin}${root}${path}`
}
