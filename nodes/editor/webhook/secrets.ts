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

/** A secret whose value somebody typed since the last deploy, as the calls that test take it. */
export interface TypedSecret {
  readonly name: string
  readonly value: string
}

/** Of these secrets those whose values were typed and are not deployed yet, by their ids. */
export function typedSecrets(ids: readonly (string | undefined)[]): Record<string, TypedSecret> {
  const typed = ids.flatMap((id): [string, TypedSecret][] => {
    const node = id ? RED.nodes.node(id) : null
    // as long as nothing is typed, the editor has no value
    const value = (node?.['credentials'] as { value?: unknown } | undefined)?.value
    return node?.changed && typeof value === 'string' && value !== ''
      ? [[node.id, { name: node.name ?? '', value }]]
      : []
  })
  return Object.fromEntries(typed)
}

export const secretNames = (): string[] => secretNodes().flatMap(({ name }) => name || [])
