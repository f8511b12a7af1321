import { adminGet } from '../editor/admin.js'
import type { AutomationAnswer } from './answers.js'
import { type AutomationRow, automationRows } from './automation-rows.editor.js'
import { learnDeployed } from './deployed-flows.editor.js'
import type { Live } from './live.editor.js'

/** What an edit of the workspace, an undo or a deploy is told by. */
const EDITS = [
  'nodes:add',
  'nodes:change',
  'nodes:remove',
  'links:add',
  'links:remove',
  'flows:change',
  'groups:change',
  'subflows:change',
  'junctions:add',
  'junctions:remove',
  'workspace:dirty',
  'deploy',
]
/** Edits come in bursts. Milliseconds. */
const COLLECT = 100

/** The automations of the workspace, deployed or not, as all that shows them knows them. */
export class KnownAutomations {
  readonly #live: Live
  readonly #shown = new Set<() => void>()
  /** Null until it was asked for. */
  #deployed: readonly AutomationAnswer[] | null = null
  #rows: readonly AutomationRow[] = []
  /** What was deployed last, by whomever, since this page was opened. */
  #revision: string | null = null

  constructor(live: Live) {
    this.#live = live
    this.#watchWorkspace()
  }

  get rows(): readonly AutomationRow[] {
    return this.#rows
  }

  /** What is deployed has been asked for. */
  get isKnown(): boolean {
    return this.#deployed !== null
  }

  /** What an automation is by now; null when it is gone. */
  now({ id, node }: AutomationRow): AutomationRow | null {
    const has = (is: (row: AutomationRow) => boolean) => this.#rows.find(is)
    return has((row) => row.id === id) ?? (node === null ? null : (has((row) => row.node === node) ?? null))
  }

  /** Calls back whenever one of them may be another. @returns how to end that */
  onChange(show: () => void): () => void {
    this.#shown.add(show)
    return () => this.#shown.delete(show)
  }

  /** Asks what is deployed. @throws AdminError */
  async refresh(): Promise<void> {
    const { automations } = (await adminGet('automations')) as { automations: AutomationAnswer[] }
    this.#deployed = automations
    this.make()
  }

  /** Joins what is deployed, as far as it is known, with the workspace. */
  make(): void {
    const isBehind = this.#revision !== null && this.#revision !== RED.nodes.version()
    this.#rows = automationRows(this.#deployed, isBehind)
    for (const show of this.#shown) show()
    void learnDeployed().then((isMore) => {
      if (isMore) this.make()
    })
  }

  /** What was changed in the workspace shows at once, without a call. */
  #watchWorkspace(): void {
    let planned = false
    const plan = () => {
      if (planned) return
      planned = true
      setTimeout(() => {
        planned = false
        if (!this.#live.visible) this.#live.changed('flows')
        else if (this.isKnown) this.make()
      }, COLLECT)
    }
    for (const event of EDITS) RED.events.on(event, plan)
    RED.comms.subscribe('notification/runtime-deploy', (_topic, data) => {
      this.#revision = (data as { revision?: string }).revision ?? null
    })
  }
}
