import { secretNameProblem } from '../../lib/events/vocabulary.js'
import { byId, element, fill } from '../editor/element.js'
import { closeForm, openForm } from '../editor/form/form.js'
import { verdict } from '../editor/outside-text.js'
import type { EditorNode } from '../editor/red-editor.d.js'
import { secretNodes } from '../editor/webhook/secrets.js'
import { CURRENT_VERSION, DEFAULTS, migrate } from './automation-secret.migrate.js'
import { judgementsOf } from './judgement.editor.js'

interface Credentials {
  has_value?: boolean
}

interface SecretNode extends EditorNode {
  name: string
  credentials?: Credentials & { _?: Credentials }
}

RED.nodes.registerType<SecretNode>('automation-secret', {
  category: 'config',
  color: '#a8d8c8',
  icon: 'automation-secret.svg',
  // a webhook that only grants it to payloads names it in a list, and those Node-RED does not count
  hasUsers: false,
  defaults: {
    name: {
      value: DEFAULTS.name,
      validate(name: string, _options) {
        const twice = secretNodes().some((node) => node.id !== this.id && node.name === name && !node.d)
        return verdict(
          () => secretNameProblem(name ?? '') ?? (twice ? this._('automation-secret.error.twice', { name }) : null),
        )
      },
    },
    version: { value: DEFAULTS.version },
  },
  credentials: {
    value: { type: 'password', required: true },
  },
  paletteLabel() {
    return this._('automation-secret.title')
  },
  label() {
    return this.name || this._('automation-secret.title')
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
