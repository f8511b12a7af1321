import { type AdminError, adminPost } from '../editor/admin.js'
import { notify } from '../editor/outside-text.js'
import type { EditorNode } from '../editor/red-editor.d.js'
import type { AutomationRow } from './automation-rows.editor.js'
import { isFlowDisabled } from './automation-rows.editor.js'
import { BacktestView } from './backtest-view.editor.js'
import { askToDelete } from './delete-dialog.editor.js'
import { changedByCopy, changedByRemoval, duplicate, lockedWords, setDisabled } from './flow-edits.editor.js'
import type { MenuItem } from './menu.editor.js'
import type { Place } from './place.editor.js'
import { whyNothingIsSent } from './running.editor.js'
import { mayEdit, reasonOf, words } from './words.editor.js'

/** What can be done with an automation, beside looking at its details. @param say where it did not work */
export function actionsOf(row: AutomationRow, place: Place, say: (text: string) => void): MenuItem[] {
  const node = row.node === null ? null : (RED.nodes.node(row.node) ?? null)
  const isOfOthers = row.states.includes('elsewhere')
  const gone = node === null ? words(isOfOthers ? 'action.elsewhere' : 'action.deleted') : null
  const editable = (nodes: readonly EditorNode[]) => gone ?? (mayEdit() ? lockedWords(nodes) : words('read-only'))
  const own = editable(node === null ? [] : [node])
  const isOff = Boolean(node?.d)
  const flowOff = node !== null && isFlowDisabled(node) && isOff ? words('action.flow-disabled') : null
  const item = (name: string, unavailable: string | null, choose: () => void): MenuItem => ({
    label: words(`action.${name}`),
    unavailable,
    choose,
  })
  return [
    item('show', gone, () => RED.view.reveal(node?.id ?? '')),
    item('edit', gone, () => {
      if (!node) return
      RED.view.reveal(node.id)
      RED.editor.edit(node)
    }),
    item(isOff ? 'enable' : 'disable', own ?? flowOff, () => node && setDisabled(node, !isOff)),
    item('sample', gone ?? whyNothingIsSent(row), () => void sendSample(row, say)),
    item('backtest', null, () => {
      const view = new BacktestView(place, row)
      place.open(view, view.watched)
    }),
    item('duplicate', editable(node === null ? [] : changedByCopy(node)), () => node && duplicate(node)),
    item('delete', editable(node === null ? [] : changedByRemoval(node)), () => node && askToDelete(node)),
  ]
}

async function sendSample({ id, name }: AutomationRow, say: (text: string) => void): Promise<void> {
  try {
    await adminPost('events/sample', { node: id })
    notify(words('action.sample-sent', { name }), { type: 'success', timeout: 3000 })
  } catch (error) {
    say(reasonOf(error as AdminError))
  }
}
