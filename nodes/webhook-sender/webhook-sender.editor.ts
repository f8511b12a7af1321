import { Dialog } from '../editor/dialog.js'
import { labelOf } from '../editor/form/label.js'
import { translateStatuses } from '../editor/other-languages.js'
import type { EditorNode } from '../editor/red-editor.d.js'
import { DEFAULTS } from './webhook-sender.migrate.js'

interface SenderNode extends EditorNode {
  webhook?: string
  mode?: string
}

const dialog = new Dialog('webhook-sender')
translateStatuses('webhook-sender')

RED.nodes.registerType<SenderNode>('webhook-sender', {
  category: 'artifact automations',
  color: '#82c3b0',
  icon: 'webhook-sender.svg',
  align: 'right',
  inputs: 1,
  outputs: 2,
  defaults: {
    name: { value: DEFAULTS.name },
    version: { value: DEFAULTS.version },
    webhook: {
      value: DEFAULTS.webhook,
      type: 'automation-webhook',
      required: true,
      label: labelOf('webhook-sender', 'webhook'),
    },
    mode: { value: DEFAULTS.mode },
  },
  paletteLabel() {
    return this._('webhook-sender.title')
  },
  label() {
    const webhook = RED.nodes.node(this.webhook ?? '')
    const name = this.name || (webhook ? RED.utils.getNodeLabel(webhook, webhook.id) : this._('webhook-sender.title'))
    return this.mode === 'dry-run' ? this._('webhook-sender.dry-label', { name }) : name
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : ''
  },
  inputLabels(_index) {
    return this._('webhook-sender.port.in')
  },
  outputLabels(index) {
    const delivered = this.mode === 'dry-run' ? 'dry-run' : 'delivered'
    return this._(`webhook-sender.port.${index === 0 ? delivered : 'failed'}`)
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
