import type { EditorNode, InertText } from './red-editor.d.js'
import { type DialogPart, loadShared, shared } from './shared.js'

const word = (key: string): string => RED._(`@artifact-automations/node-red/automation-webhook:shared.${key}`)

/**
 * Stands in a node's page for its dialog, which comes with the shared file: gets it when a node of the type is selected,
 * so that it is there when the dialog opens, and at the latest then.
 */
export class Dialog {
  readonly #type: string
  /** Whose dialog is open without its part. */
  #waiting: { readonly node: EditorNode; readonly form: HTMLElement } | null = null
  /** What could not be judged yet. */
  readonly #doubtful = new Set<EditorNode>()

  constructor(type: string) {
    this.#type = type
    RED.events.on('view:selection-changed', ({ nodes }) => {
      if (nodes?.some((node) => node.type === type)) loadShared().catch(() => {})
    })
  }

  get #part(): DialogPart | undefined {
    return shared()?.dialogs[this.#type]
  }

  prepare(node: EditorNode): void {
    const part = this.#part
    if (part) {
      part.prepare(node)
      return
    }
    const form = [...document.querySelectorAll<HTMLElement>('.aa-form')].at(-1)
    if (!form) return
    this.#waiting = { node, form }
    this.#get(node, form)
  }

  /** The fields are out of sight meanwhile: what they show is not what the dialog will make of it. */
  #get(node: EditorNode, form: HTMLElement): void {
    const line = document.createElement('p')
    line.setAttribute('role', 'status')
    line.textContent = word('loading')
    form.hidden = true
    form.before(line)
    const isOpen = () => this.#waiting?.node === node && form.isConnected
    loadShared().then(
      () => {
        line.remove()
        if (!isOpen()) return
        this.#waiting = null
        form.hidden = false
        this.#part?.prepare(node)
        RED.tray.resize()
        form.querySelector<HTMLElement>('input, select')?.focus()
      },
      () => {
        if (!isOpen()) return
        const again = document.createElement('button')
        again.type = 'button'
        again.className = 'red-ui-button'
        again.textContent = word('again')
        again.addEventListener('click', () => {
          line.remove()
          this.#get(node, form)
        })
        line.textContent = `${word('failed')} `
        line.append(again)
      },
    )
  }

  save(node: EditorNode): void {
    if (this.#waiting?.node !== node) {
      this.#part?.save(node)
      return
    }
    // without their ids Node-RED finds no fields, and the node stays as it is
    for (const field of this.#waiting.form.querySelectorAll('[id]')) field.removeAttribute('id')
    this.#waiting = null
  }

  cancel(node: EditorNode): void {
    if (this.#waiting?.node === node) this.#waiting = null
    else this.#part?.cancel(node)
  }

  remove(node: EditorNode): void {
    if (this.#waiting?.node === node) this.#waiting = null
    else this.#part?.remove(node)
  }

  resize(node: EditorNode, size: { width: number; height: number }): void {
    if (this.#waiting === null) this.#part?.resize(node, size)
  }

  /**
   * The answer of a validator. Before the code is there that the runtime judges by, a value that is plainly right is
   * right, and one that may be wrong counts as right until the code has come and the node is judged again.
   * @param isPlain never true of what is wrong
   */
  judge(node: EditorNode, property: string, value: unknown, isPlain: boolean): true | InertText {
    const part = this.#part
    if (part) return part.judge(node, property, value)
    if (isPlain) return true
    if (this.#doubtful.size === 0) queueMicrotask(() => this.#judgeAgain())
    this.#doubtful.add(node)
    return true
  }

  #judgeAgain(): void {
    loadShared().then(
      () => {
        const those = [...this.#doubtful].filter((node) => RED.nodes.node(node.id) === node)
        this.#doubtful.clear()
        if (those.filter(judgedAnew).length === 0) return
        RED.view.redraw()
        RED.sidebar.config.refresh()
      },
      () => this.#doubtful.clear(),
    )
  }
}

/** Whether judging a node again has changed anything; who uses a configuration node is only right when that is. */
function judgedAnew(node: EditorNode): boolean {
  const before = node.valid
  RED.editor.validateNode(node)
  if (node.valid === before) return false
  for (const user of node.users ?? []) judgedAnew(user)
  return true
}
