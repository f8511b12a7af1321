import { beginWithKind } from '../editor/event/begun-kind.js'
import type { EditorNode } from '../editor/red-editor.d.js'

/** Opens the source that W&B is asked by, or where there is none a new one: its dialog brings the automations over. */
export function openImport(): void {
  const sources: EditorNode[] = []
  RED.nodes.eachConfig((node) => {
    if (node.type === 'artifact-source' && node['kind'] === 'wandb') sources.push(node)
  })
  const source = sources.find(({ d }) => !d) ?? sources[0]
  if (!source) beginWithKind('wandb')
  RED.editor.editConfig('', 'artifact-source', source?.id ?? '_ADD_')
}
