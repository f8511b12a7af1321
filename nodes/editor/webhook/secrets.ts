import type { EditorNode } from '../red-editor.d.js'

export const SECRET_TYPE = 'automation-secret'

/** The automation-secret nodes of the workspace, undeployed ones too, by name. */
export function secretNodes(): EditorNode[] {
  const nodes: EditorNode[] = []
  RED.nodes.eachConfig((node) => {
    if (node.type === SECRET_TYPE) nodes.push(node)
  })
  return nodes.sort((a, b) => (a.name ?? '').localeCompare(b.name ?? ''))
}

/** Whether another enabled secret has this name. */
export const hasNamesake = (secret: EditorNode, name: string): boolean =>
  secretNodes().some((node) => node.id !== secret.id && node.name === name && !node.d)

/** Offers secrets in a choice of one that were added after Node-RED had filled it, before its "none". */
export function offerNewSecrets(choice: JQuery): void {
  const select = choice.get(0) as HTMLSelectElement
  const known = [...select.options]
  const none = known.find(({ value }) => value === '_ADD_') ?? null
  for (const { id, name } of secretNodes()) {
    if (!known.some(({ value }) => value === id)) select.add(new Option(name || id, id), none)
  }
}

export const secretNames = (): string[] => secretNodes().flatMap(({ name }) => name || [])
