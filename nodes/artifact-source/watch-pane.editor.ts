import { registryName } from '../../lib/events/registry.js'
import type { Exploration } from '../../lib/sources/kind.js'
import { sourceKind } from '../../lib/sources/source.js'
import type { Remark } from '../../lib/sources/wandb/automations/automation.js'
import type { Imported } from '../../lib/sources/wandb/import-automations.js'
import { type AdminError, adminPost } from '../editor/admin.js'
import { button, element, fill } from '../editor/element.js'
import type { Translate } from '../editor/red-editor.d.js'
import { secretNodes, typedSecrets } from '../editor/webhook/secrets.js'

export interface WatchForm {
  readonly kind: string
  readonly baseUrl: string
  /** Id of the secret. */
  readonly apiKey: string
  readonly entity: string
  readonly project: string
}

interface WatchPaneOptions {
  readonly id: string
  readonly tools: Element
  readonly answer: Element
  /** The dialog as it stands. */
  readonly form: () => WatchForm
  readonly _: Translate
}

/** So many names are shown of a list; the fields of triggers offer all. */
const SHOWN = 12

/** Tests the connection with the form as it stands, and brings automations over. */
export class WatchPane {
  readonly #options: WatchPaneOptions
  readonly #buttons: readonly HTMLButtonElement[]
  readonly #import: HTMLButtonElement
  /** What screen readers hear; the lists are there to be read, and not to be read out. */
  readonly #verdict = element('div', { role: 'status', 'aria-live': 'polite' })
  readonly #details = element('div')

  constructor(options: WatchPaneOptions) {
    this.#options = options
    const test = () => this.#ask('explore', {}, (answer) => this.#seen(answer as Exploration))
    this.#import = button(this.#word('import'), 'fa-download', () => this.#bringOver())
    this.#buttons = [button(this.#word('test'), 'fa-plug', test), this.#import]
    fill(options.tools, ...this.#buttons)
    fill(options.answer, this.#verdict, this.#details)
  }

  /** Another kind of registry was chosen: what was said is of the other one. */
  show(kind: string): void {
    this.#import.style.display = sourceKind(kind)?.imports === true ? '' : 'none'
    fill(this.#verdict)
    fill(this.#details)
  }

  get #title(): string {
    return sourceKind(this.#options.form().kind)?.title ?? ''
  }

  #word(key: string, values: Record<string, string | number> = {}): string {
    return this.#options._(`artifact-source.wandb.${key}`, values)
  }

  async #ask(call: string, more: object, show: (answer: unknown) => HTMLElement[]): Promise<void> {
    const { id, form } = this.#options
    for (const each of this.#buttons) each.disabled = true
    this.#say(element('p', {}, this.#word('asking', { title: this.#title })))
    try {
      const asked = { form: form(), secrets: typedSecrets([form().apiKey]), ...more }
      this.#say(...show(await adminPost(`sources/${encodeURIComponent(id)}/${call}`, asked)))
    } catch (error) {
      const { message } = error as AdminError
      this.#say(element('p', { class: 'aa-text-error' }, message || this.#word('no-answer')))
    } finally {
      for (const each of this.#buttons) each.disabled = false
    }
  }

  #say(...lines: HTMLElement[]): void {
    const key = RED.nodes.node(this.#options.form().apiKey)
    const undeployed = key?.changed === true && !(key.id in typedSecrets([key.id]))
    const warning = element(
      'p',
      { class: 'aa-text-warning' },
      this.#word('undeployed', { name: key?.name ?? '', title: this.#title }),
    )
    const [verdict, ...details] = lines
    fill(this.#verdict, undeployed ? warning : null, verdict ?? null)
    fill(this.#details, ...details)
  }

  #seen(seen: Exploration): HTMLElement[] {
    const leftOut = seen.skipped.map(({ what, why }) =>
      element('p', { class: 'aa-text-warning' }, this.#word('skipped', { what, why })),
    )
    const { server, username, unseen } = seen
    const who = server === undefined ? this.#word('who', { user: username }) : this.#word('answers', { server })
    const table =
      server === undefined ? this.#places(seen) : element('table', {}, this.#row('models', seen.collections))
    const more = unseen > 0 ? [element('p', {}, this.#word('unseen', { count: unseen }))] : []
    return [element('p', { class: 'aa-status aa-yes' }, who), table, ...more, ...leftOut]
  }

  #places({ organizations, entities, registries, projects }: Exploration): HTMLElement {
    const owner = (entity: string) => organizations.find((each) => each.entity === entity)?.name ?? entity
    const places = (all: Exploration['projects']) =>
      all.map(({ entity, name }) => `${owner(entity)}/${registryName(name)}`)
    return element(
      'table',
      {},
      this.#row(
        'organizations',
        organizations.map(({ name }) => name),
      ),
      this.#row(
        'entities',
        entities.map(({ name }) => name),
      ),
      this.#row('registries', places(registries)),
      this.#row('projects', places(projects)),
    )
  }

  #row(key: string, names: readonly string[]): HTMLElement {
    const more = names.length > SHOWN ? ` ${this.#word('more', { count: names.length - SHOWN })}` : ''
    const words = names.length === 0 ? this.#word('none') : names.slice(0, SHOWN).join(', ') + more
    return element('tr', {}, element('th', { scope: 'row' }, this.#word(key)), element('td', {}, words))
  }

  #bringOver(): void {
    if (RED.nodes.node(this.#options.id) === undefined) {
      this.#say(element('p', { class: 'aa-text-error' }, this.#word('not-there')))
      return
    }
    void this.#ask('automations', { existing: existingNodes() }, (answer) => this.#layOut(answer as Imported))
  }

  #layOut({ flow, report, secrets, here }: Imported): HTMLElement[] {
    const count = flow.filter(({ type }) => type === 'artifact-event').length
    const known =
      here.length > 0 ? [element('p', {}, this.#word('here', { count: here.length, names: here.join(', ') }))] : []
    if (count === 0) return here.length > 0 ? known : [element('p', {}, this.#word('nothing'))]
    RED.view.importNodes(flow, { generateIds: false, addFlow: false })
    const tabs = flow.filter(({ type }) => type === 'tab').length
    const laidOut = { automations: this.#word('automations', { count }), tabs: this.#word('tabs', { count: tabs }) }
    return [
      element('p', { class: 'aa-status aa-yes' }, this.#word('laid-out', laidOut)),
      ...known,
      ...(secrets.length > 0
        ? [element('h4', {}, this.#word('secrets')), element('p', {}, element('code', {}, secrets.join(', ')))]
        : []),
      ...(report.length > 0 ? [element('h4', {}, this.#word('report')), this.#remarks(report)] : []),
    ]
  }

  /** What is missing comes first. */
  #remarks(report: readonly Remark[]): HTMLElement {
    const sorted = [...report].sort((one, two) => Number(one.severity === 'note') - Number(two.severity === 'note'))
    const rows = sorted.map(({ automation, severity, message }) =>
      element(
        'li',
        {},
        element('b', { class: severity === 'missing' ? 'aa-text-error' : undefined }, this.#word(severity)),
        ` ${automation}: ${message}`,
      ),
    )
    return element('ul', { class: 'aa-findings' }, ...rows)
  }
}

/** What an import has to know of the workspace, undeployed nodes too: secrets by their names, and automations. */
function existingNodes(): object[] {
  const nodes: object[] = secretNodes().map(({ id, type, name, d }) => ({ id, type, name, d }))
  RED.nodes.eachNode((node) => {
    if (node.type !== 'artifact-event') return
    const { id, type, name, source, scope, entity, project, collection } = node
    nodes.push({ id, type, name, source, scope, entity, project, collection })
  })
  return nodes
}
