import { LONGEST_RETENTION_DAYS, retentionDays } from '../../lib/store/settings.js'
import { closeForm, openForm } from '../editor/form/form.js'
import { verdict } from '../editor/outside-text.js'
import type { EditorNode } from '../editor/red-editor.d.js'
import { CURRENT_VERSION, DEFAULTS, migrate } from './delivery-store.migrate.js'

interface StoreNode extends EditorNode {
  path?: string
}

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
        return verdict(() =>
          retentionDays(days) === null
            ? this._('delivery-store.error.retention', { most: LONGEST_RETENTION_DAYS })
            : null,
        )
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
    openForm(this, { prefix: 'node-config-input', migrate, currentVersion: CURRENT_VERSION })
  },
  oneditsave() {
    closeForm(this)?.save()
  },
  oneditcancel() {
    closeForm(this)
  },
})
