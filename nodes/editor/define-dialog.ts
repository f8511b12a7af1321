import { sayStatus } from '../../lib/status-words.js'
import { current } from './form/form.js'
import { verdict } from './outside-text.js'
import type { EditorNode } from './red-editor.d.js'
import type { DialogPart, Shared } from './shared.js'

interface Judge<N> {
  /**
   * What is wrong with a property's value, in words; null when nothing is. What it throws is a reason too. A method: each says
   * of which type the values of its property are.
   */
  problemOf(this: N, value: unknown): string | null
}

/** The part of a node's definition that comes with the shared file; `this` is the node, as in Node-RED's definitions. */
interface DialogDefinition<N> {
  /** By property. */
  readonly problems?: Readonly<Record<string, Judge<N>['problemOf']>>
  oneditprepare(this: N): void
  oneditsave(this: N): void
  oneditcancel(this: N): void
  oneditdelete?(this: N): void
  oneditresize?(this: N, size: { width: number; height: number }): void
}

const ours: Shared = { dialogs: {}, current, sayStatus }

/** Adds what fills the tab of the sidebar, and what it knows. */
export function defineSidebar(parts: Required<Pick<Shared, 'openSidebar' | 'isDeployed'>>): void {
  window.artifactAutomations = Object.assign(window.artifactAutomations ?? ours, parts)
}

/** Adds a node's dialog to the page. */
export function defineDialog<N extends EditorNode>(
  type: string,
  { problems = {}, ...hooks }: DialogDefinition<N> & ThisType<N>,
): void {
  window.artifactAutomations ??= ours
  const part: DialogPart = {
    prepare: (node) => hooks.oneditprepare.call(node as N),
    save: (node) => hooks.oneditsave.call(node as N),
    cancel: (node) => hooks.oneditcancel.call(node as N),
    remove: (node) => hooks.oneditdelete?.call(node as N),
    resize: (node, size) => hooks.oneditresize?.call(node as N, size),
    judge: (node, property, value) => verdict(() => problems[property]?.call(node as N, value) ?? null),
  }
  window.artifactAutomations.dialogs[type] = part
}
