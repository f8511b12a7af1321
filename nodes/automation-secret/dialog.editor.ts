import { secretNameProblem } from '../../lib/events/vocabulary.js'
import { defineDialog } from '../editor/define-dialog.js'
import { byId, element, fill } from '../editor/element.js'
import { closeForm, openForm } from '../editor/form/form.js'
import type { EditorNode } from '../editor/red-editor.d.js'
import { hasNamesake } from '../editor/webhook/secrets.js'
import { CURRENT_VERSION, migrate } from './automation-secret.migrate.js'
import { judgementsOf } from './judgement.editor.js'

interface Credentials {
  has_value?: boolean
}

interface SecretNode extends EditorNode {
  name: string
  credentials?: Credentials & { _?: Credentials }
}

defineDialog<SecretNode>('automation-secret', {
  problems: {
    name(name: string) {
      const twice = hasNamesake(this, name)
      return secretNameProblem(name ?? '') ?? (twice ? this._('automation-secret.error.twice', { name }) : null)
    },
  },
  oneditprepare() {
    const form = openForm(this, { prefix: 'node-config-input', migrate, currentVersion: CURRENT_VERSION })
    form.watch(['name'], () => {
      const slot = `\${${form.text('name') || 'NAME'}}`
      fill(byId('automation-secret-usage'), this._('automation-secret.hint.name'), ' ', element('code', {}, slot))
    })
    const stored = this.credentials?.has_value === true
    // of a secret without a value Node-RED does not know that, and would take an empty field for a change
    for (const credentials of [this.credentials, this.credentials?._]) if (credentials) credentials.has_value ??= false
    const value = byId<HTMLInputElement>('node-config-input-value')
    value.addEventListener('input', () => {
      const lines = judgementsOf(this.id, value.value).map(({ key, values }) => {
        const said = this._(`automation-secret.judgement.${key}`, values)
        return element('div', key === 'short' ? {} : { class: 'aa-text-error' }, said)
      })
      fill(byId('automation-secret-judgement'), ...lines)
    })
    const state = stored ? 'stored' : 'empty'
    byId('automation-secret-state').textContent = this._(`automation-secret.hint.${state}`)
    byId('automation-secret-value-label').textContent = this._(
      `automation-secret.label.${stored ? 'replace' : 'value'}`,
    )
  },
  oneditsave() {
    closeForm(this)?.save()
  },
  oneditcancel() {
    closeForm(this)
  },
})
