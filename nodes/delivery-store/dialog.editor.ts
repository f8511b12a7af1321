import { LONGEST_RETENTION_DAYS, retentionDays } from '../../lib/store/settings.js'
import { defineDialog } from '../editor/define-dialog.js'
import { closeForm, openForm } from '../editor/form/form.js'
import { CURRENT_VERSION, migrate } from './delivery-store.migrate.js'

defineDialog('delivery-store', {
  problems: {
    retentionDays(days: string | number | undefined) {
      if (retentionDays(days) !== null) return null
      return this._('delivery-store.error.retention', { most: LONGEST_RETENTION_DAYS })
    },
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
