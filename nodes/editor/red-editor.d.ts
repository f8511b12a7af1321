import type { CodeEditor, MonacoApi } from './code-editor.d.js'

/**
 * The part of Node-RED's editor that these nodes use, as Node-RED 4.1 and 5 have it (editor-client/src/js). Written
 * down here because the published types know neither validators with reasons nor the widgets.
 */
declare global {
  const RED: EditorRed
  /** Of the file that pages share: another one with every change of its content. */
  const SHARED_VERSION: string

  interface Window {
    /** Absent while the code editor is loading, and when settings.js chose another one. */
    monaco?: MonacoApi
  }

  /** The engine of Node-RED's own expression editor. @throws an object with a message and a position */
  function jsonata(expression: string): JsonataExpression

  interface JQuery {
    editableList(options: EditableListOptions): JQuery
    editableList(method: 'addItem', data: object): JQuery
    editableList(method: 'items'): JQuery
    editableList(method: 'height', height: number): JQuery
    editableList(method: 'empty'): JQuery
    i18n(): JQuery
  }
}

export interface JsonataExpression {
  assign(name: string | symbol, value: unknown): void
  registerFunction(name: string, call: (text: string) => unknown, signature: string): void
  evaluate(input: unknown): Promise<unknown>
}

export interface EditableListOptions {
  addItem(container: JQuery, index: number, data: never): void
  removeItem?(data: never): void
  sortItems?(items: JQuery): void
  sortable?: boolean
  removable?: boolean
  height?: number | 'auto'
  addButton?: boolean | string
}

declare const inert: unique symbol

/** A text that stays a text where the editor takes it for HTML; made by outside-text.ts alone. */
export type InertText = string & { readonly [inert]: true }

export type Translate = (key: string, values?: Readonly<Record<string, string | number>>) => string

/** A node as the editor holds it: its saved properties, and these. */
export interface EditorNode {
  readonly id: string
  readonly type: string
  readonly z?: string
  name?: string
  version?: number
  /** Disabled. */
  d?: boolean
  /** Whether it differs from what is deployed. */
  changed?: boolean
  /** False while it has the red triangle; absent while it is being added. */
  valid?: boolean
  /** Of a configuration node: who uses it. */
  readonly users?: readonly EditorNode[]
  readonly _: Translate
  readonly _def: {
    readonly category: string
    readonly defaults: Readonly<Record<string, EditorProperty>>
  }
  [property: string]: unknown
}

export interface EditorLink {
  readonly source: EditorNode
  readonly sourcePort: number
  readonly target: EditorNode
}

/** A tab. */
export interface EditorFlow {
  readonly id: string
  readonly label: string
  readonly locked?: boolean
  readonly disabled?: boolean
  readonly env?: readonly object[]
  readonly changed?: boolean
  /** What was typed for variables of the type `cred`. */
  readonly credentials?: Readonly<Record<string, unknown>>
}

export interface EditorGroup {
  readonly nodes: EditorNode[]
}

/**
 * The definition of a subflow; wires lead from the ports of `in` and to those of `out`, which are nodes of the type `subflow`,
 * with `direction` and their number in `i`.
 */
export interface EditorSubflow {
  readonly id: string
  readonly env?: readonly object[]
  readonly changed?: boolean
  readonly credentials?: Readonly<Record<string, unknown>>
  readonly in: readonly EditorNode[]
  readonly out: readonly EditorNode[]
  readonly instances: readonly EditorNode[]
}

/** A property as the editor holds its definition: what values its validator is made for, nobody knows any more. */
export interface EditorProperty extends Omit<PropertyDefinition<unknown>, 'validate'> {
  validate?(this: EditorNode, value: unknown, options: { label?: string }): true | InertText
}

export interface PropertyDefinition<N> {
  value: unknown
  required?: boolean
  label?: string
  /** Type of the config node whose id this is; with `[]` a list of ids. */
  type?: string
  /** Must declare exactly two parameters: with fewer, Node-RED takes a reason for "valid". */
  validate?(this: N, value: never, options: { label?: string }): true | InertText
}

export interface NodeDefinition<N> {
  category: string
  defaults: Record<string, PropertyDefinition<N>>
  credentials?: Record<string, { type: 'text' | 'password'; required?: boolean }>
  color?: string
  icon?: string
  align?: 'left' | 'right'
  inputs?: number
  outputs?: number
  /** Whether it is reported as unused when no node names it. */
  hasUsers?: boolean
  paletteLabel?: string | ((this: N) => string)
  label?: string | ((this: N) => string)
  labelStyle?: string | ((this: N) => string)
  inputLabels?: string | ((this: N, index: number) => string)
  outputLabels?: string[] | ((this: N, index: number) => string)
  button?: { onclick(this: N): void; enabled?(this: N): boolean; visible?(this: N): boolean }
  oneditprepare?(this: N): void
  oneditsave?(this: N): unknown
  oneditcancel?(this: N): void
  oneditdelete?(this: N): void
  oneditresize?(this: N, size: { width: number; height: number }): void
}

export interface Notification {
  close(): void
}

export interface EditorRed {
  _: Translate
  readonly plugins: { registerPlugin(id: string, plugin: { type: string; onadd(): void }): void }
  readonly sidebar: {
    addTab(tab: {
      id: string
      label: string
      name: string
      iconClass: string
      content: HTMLElement
      action: string
    }): void
    show(id: string): void
    /** The tab of configuration nodes. */
    readonly config: { refresh(): void }
  }
  readonly actions: {
    add(name: string, action: () => void, options: { label: string }): void
    invoke(name: string): void
  }
  readonly comms: {
    /** Every listener gets the same object, and Node-RED keeps it as the node's `status`. */
    subscribe(topic: 'status/#', heard: (topic: string, status: { text?: string }) => void): void
    /** With `/#` at its end a topic stands for all below it. */
    subscribe(topic: string, heard: (topic: string, data: unknown) => void): void
    on?(event: 'connect', listener: () => void): void
  }
  readonly user: { hasPermission(permission: string): boolean }
  readonly history: { push(event: object): void }
  readonly group: { markDirty(group: EditorGroup): void }
  readonly nodes: {
    registerType<N extends EditorNode>(type: string, definition: NodeDefinition<N> & ThisType<N>): void
    node(id: string): EditorNode | undefined
    eachConfig(callback: (node: EditorNode) => unknown): void
    eachNode(callback: (node: EditorNode) => unknown): void
    /** Of a node that has a `z` it looks at all wires of its flow, of an id alone at those of the node. */
    filterLinks(filter: { target: { readonly id: string } } | { source: { readonly id: string } }): EditorLink[]
    dirty(): boolean
    dirty(now: boolean): void
    getType(type: string): (EditorNode['_def'] & { readonly _: Translate }) | undefined
    add(node: EditorNode): void
    eachWorkspace(callback: (flow: EditorFlow) => void): void
    eachGroup(callback: (group: EditorNode & { z: string; y: number; h: number }) => void): void
    eachJunction(callback: (junction: EditorNode) => void): void
    eachSubflow(callback: (subflow: EditorSubflow) => void): void
    /** What was loaded or deployed last, from this page. */
    originalFlow():
      | readonly { readonly id: string; readonly type: string; readonly [property: string]: unknown }[]
      | null
    /** Null until the flows are loaded. */
    version(): string | null
    /** A new id. */
    id(): string
    junction(id: string): EditorNode | undefined
    group(id: string): EditorGroup | undefined
    workspace(id: string): EditorFlow | undefined
    subflow(id: string): EditorSubflow | undefined
    remove(id: string): { links: EditorLink[] }
    removeJunction(junction: EditorNode): { links: EditorLink[] }
    addLink(link: EditorLink): void
    convertNode(node: EditorNode, options: { credentials: boolean }): Record<string, unknown>
    import(
      nodes: readonly object[],
      options: { generateIds: boolean; addFlow: boolean; markChanged: boolean },
    ): { nodes: EditorNode[]; links: EditorLink[]; junctions?: EditorNode[] } | undefined
  }
  readonly events: {
    on(event: 'view:selection-changed', listener: (selection: { nodes?: readonly EditorNode[] }) => void): void
    on(event: string, listener: (node: EditorNode) => void): void
    off(event: string, listener: (node: EditorNode) => void): void
    emit(event: string, node: EditorNode): void
  }
  readonly editor: {
    /** Opens the dialog of a node. */
    edit(node: EditorNode): void
    /** Opens the dialog of a config node; with `_ADD_` that of a new one. */
    editConfig(property: string, type: string, id: string): void
    createEditor(options: object): CodeEditor
    /** Node-RED's own dialog for an expression of JSONata, with its reference; `complete` gets it on Done. */
    editExpression(options: { value: string; complete(value: string): void }): void
    validateNode(node: EditorNode): boolean
  }
  readonly view: {
    redrawStatus(node: EditorNode): void
    /** Shows the flow of a node, with the node in the middle. */
    reveal(id: string): void
    /** @param anew what there is to draw may be other nodes than before */
    redraw(anew?: boolean): void
    /** @returns width and height in pixels */
    calculateNodeDimensions(node: object): [number, number]
    importNodes(nodes: readonly object[], options: { generateIds: boolean; addFlow: boolean }): void
  }
  readonly i18n: { lang(): string }
  readonly settings: { readonly httpNodeRoot?: string | false }
  readonly clipboard: { copyText(text: string, element: JQuery, message: InertText): boolean }
  readonly tray: {
    resize(): void
    close(): void
    show(options: {
      title: InertText
      width: number
      focusElement: false
      buttons: readonly { id: string; text: string; class?: string; click(): void }[]
      open(tray: JQuery, done?: () => void): void
      close(): void
      resize(): void
    }): void
  }
  readonly workspaces: { active(): string; show(id: string): void }
  readonly utils: { getNodeLabel(node: EditorNode, fallback?: string): string }
  notify(
    message: JQuery,
    options: { type?: 'warning' | 'success' | 'error'; timeout?: number; fixed?: boolean },
  ): Notification
}
