import type { EditorNode } from './red-editor.js'

export const SECRET_TYPE = 'automation-secret'

/** The automation-secret nodes of the workspace, undeployed ones too, by name. */
export function secretNodes(): EditorNode[] {
  const nodes: EditorNode[] = []
  RED.nodes.eachConfig((node) => {
    if (node.type === SECRET_TYPE) nodes.push(node)
  })
  return nodes.sort((a, b) => (a.name ?? '').localeCompare(b.name ?? ''))
}

export function hasSecretNamed(name: string): boolean {
  return secretNodes().some((node) => node.name === name)
}
