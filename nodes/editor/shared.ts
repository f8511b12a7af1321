import type { ArtifactEvent } from '../../lib/events/event.js'
import type { sayStatus } from '../../lib/status-words.js'
import type { EditorNode, InertText } from './red-editor.d.js'

/**
 * What is only needed once a dialog or the sidebar is open stands in one file for the whole package, `resources/editor.js`,
 * which Node-RED serves and a page gets when it asks for it here. The pages of the nodes hold the rest, and must stay
 * small: every editor loads them all at its start.
 */

/** A node's dialog, called as Node-RED calls those of a definition. */
export interface DialogPart {
  prepare(node: EditorNode): void
  save(node: EditorNode): void
  cancel(node: EditorNode): void
  /** When the node is deleted in its dialog. */
  remove(node: EditorNode): void
  resize(node: EditorNode, size: { width: number; height: number }): void
  judge(node: EditorNode, property: string, value: unknown): true | InertText
}

/** The automations in the sidebar. */
export interface OpenSidebar {
  /** Shows what the end of a link names. */
  visit(path: string): void
}

/** What the file of the package adds to the page. */
export interface Shared {
  /** By type of node. */
  readonly dialogs: Record<string, DialogPart>
  /** Fills the tab of the sidebar. */
  openSidebar?(root: HTMLElement): OpenSidebar
  /** Whether all that an automation consists of is deployed. @param id its trigger's, as it runs */
  isDeployed?(id: string): Promise<boolean>
  /** A property as the user sees it: from the open dialog of this node, else as saved. */
  current(node: EditorNode, property: string): unknown
  /** Leads through making an automation. @param begun an event that it is to be for, and its source */
  newAutomation?(begun?: { readonly source: string; readonly event: ArtifactEvent }): void
  readonly sayStatus: typeof sayStatus
}

declare global {
  interface Window {
    artifactAutomations?: Shared
  }
}

const SCRIPT = 'artifact-automations-shared'

/** `null` until the file is there. */
export const shared = (): Shared | null => window.artifactAutomations ?? null

/**
 * Gets the file, once for the page, whoever asks; the address is relative as the editor's own are, and names the build.
 * @throws Error when it cannot be had; the next call tries again
 */
export function loadShared(): Promise<Shared> {
  const there = shared()
  if (there) return Promise.resolve(there)
  return new Promise((resolve, reject) => {
    let script = document.getElementById(SCRIPT)
    if (!script) {
      script = document.createElement('script')
      script.id = SCRIPT
      script.setAttribute('src', `resources/@artifact-automations/node-red/editor.js?${SHARED_VERSION}`)
      document.head.append(script)
    }
    const asked = script
    const done = () => {
      const arrived = shared()
      if (arrived) resolve(arrived)
      else {
        asked.remove()
        reject(new Error('resources/editor.js'))
      }
    }
    asked.addEventListener('load', done)
    asked.addEventListener('error', done)
  })
}
