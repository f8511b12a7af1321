import { Dialog } from '../editor/dialog.js'
import type { EditorNode } from '../editor/red-editor.d.js'
import { hasNamesake } from '../editor/webhook/secrets.js'
import { DEFAULTS } from './automation-secret.migrate.js'

interface SecretNode extends EditorNode {
  name: string
}

const dialog = new Dialog('automation-secret')

/** The names of the vocabulary are in small letters. */
const PLAIN_NAME = /^(?!ACCESS_TOKEN$)[A-Z][A-Z0-9_]*$/

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
        return dialog.judge(this, 'name', name, PLAIN_NAME.test(name) && !hasNamesake(this, name))
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
    dialog.prepare(this)
  },
  oneditsave() {
    dialog.save(this)
  },
  oneditcancel() {
    dialog.cancel(this)
  },
})
