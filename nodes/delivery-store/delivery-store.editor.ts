import { Dialog } from '../editor/dialog.js'
import type { EditorNode } from '../editor/red-editor.d.js'
import { DEFAULTS } from './delivery-store.migrate.js'

interface StoreNode extends EditorNode {
  path?: string
}

const dialog = new Dialog('delivery-store')

RED.nodes.registerType<StoreNode>('delivery-store', {
  category: 'config',
  color: '#b8e0d2',
  icon: 'delivery-store.svg',
  defaults: {
    name: { value: DEFAULTS.name },
    version: { value: DEFAULTS.version },
    backend: { value: DEFAULTS.backend },
    path: { value: DEFAULTS.path },
    connection: { value: DEFAULTS.connection, type: 'automation-secret', required: false },
    retentionDays: {
      value: DEFAULTS.retentionDays,
      validate(days: string | number | undefined, _options) {
        return dialog.judge(this, 'retentionDays', days, days === DEFAULTS.retentionDays)
      },
    },
  },
  paletteLabel() {
    return this._('delivery-store.title')
  },
  label() {
    return this.name || this.path || this._('delivery-store.title')
  },
  oneditprepare() {
    dialog.prepare(this)
  },
  oneditsave() {
    dialog.save(this)
  },
  oneditcancel() {
    dialog.cancel(this)
  },
})
