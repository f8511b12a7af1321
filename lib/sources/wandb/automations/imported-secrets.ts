import { isSecretName } from '../../../events/vocabulary.js'
import type { FlowNode } from './flow-node.js'

/** Usually the name of the secret with the API key of a source: nobody else's secret gets it. */
export const API_KEY = 'WANDB_API_KEY'

/** The node of a secret of W&B's. */
export interface ImportedSecret {
  readonly id: string
  readonly name: string
  /** Why it has another name than in W&B, as a part of a sentence; null when it has the same. */
  readonly why: string | null
}

/**
 * The secrets of an import, all of them new and empty. W&B keeps secrets by team, and what a payload says decides where
 * they are sent: so none that is here already is used, whatever its name, and none of one team for another team.
 */
export class ImportedSecrets {
  readonly #newId: () => string
  /** Names that are taken, and by whom: a part of a sentence. */
  readonly #taken: Map<string, string>
  /** By team and name in W&B. */
  readonly #secrets = new Map<string, ImportedSecret>()
  readonly #nodes: FlowNode[] = []

  /** @param existing nodes that are there already */
  constructor(newId: () => string, existing: readonly FlowNode[]) {
    this.#newId = newId
    this.#taken = new Map([[API_KEY, 'is kept for the API key of a source']])
    for (const { type, name } of existing) {
      if (type === 'automation-secret') this.#taken.set(String(name), 'is here already, and not given to an import')
    }
  }

  get nodes(): readonly FlowNode[] {
    return this.#nodes
  }

  /** The names of the secrets whose values have to be filled in. */
  get names(): string[] {
    return this.#nodes.map(({ name }) => String(name)).sort()
  }

  /** The secret that a team in W&B has under this name. */
  of(team: string, name: string): ImportedSecret {
    const key = JSON.stringify([team, name])
    const known = this.#secrets.get(key)
    if (known) return known
    const fitting = fittingName(name)
    const taken = this.#taken.get(fitting)
    const own = taken === undefined ? fitting : this.#free(`${fitting}_OF_${asName(team)}`)
    const why = taken !== undefined ? `${fitting} ${taken}` : fitting === name ? null : 'that name cannot be one here'
    const secret = { id: this.#make(own, `is a secret of ${team}`), name: own, why }
    this.#secrets.set(key, secret)
    return secret
  }

  /** A secret for a token that W&B does not name, under a name that nobody else has. */
  unnamed(name: string): string {
    return this.#make(this.#free(fittingName(name)), 'is a token of a webhook')
  }

  #make(name: string, takenBy: string): string {
    const id = this.#newId()
    this.#nodes.push({ id, type: 'automation-secret', name })
    this.#taken.set(name, takenBy)
    return id
  }

  #free(name: string): string {
    let free = name
    for (let number = 2; this.#taken.has(free); number += 1) free = `${name}_${number}`
    return free
  }
}

const asName = (text: string): string => text.replace(/\W/g, '_') || 'import'

/** A name that a secret cannot have here is bent into one. */
const fittingName = (name: string) => (isSecretName(name) ? name : `SECRET_${asName(name)}`)
