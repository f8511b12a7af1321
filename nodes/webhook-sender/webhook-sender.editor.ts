import { RECIPES } from '../../lib/recipes/payloads.js'
import { byId } from '../editor/element.js'
import { automationBefore } from '../editor/event/upstream.js'
import { nodeBefore } from '../editor/event/wires.js'
import { closeForm, openForm } from '../editor/form/form.js'
import { labelOf } from '../editor/form/label.js'
import type { EditorNode } from '../editor/red-editor.d.js'
import { RequestPane } from '../editor/webhook/request-pane.js'
import { formOf } from '../editor/webhook/webhook-form.js'
import { CURRENT_VERSION, DEFAULTS, migrate } from './webhook-sender.migrate.js'

interface SenderNode extends EditorNode {
  webhook?: string
  mode?: string
}

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
    const form = openForm(this, { prefix: 'node-input', migrate, currentVersion: CURRENT_VERSION })
    form.watch(['mode'], () => {
      const dry = form.text('mode') === 'dry-run'
      const hint = byId('webhook-sender-mode-hint')
      hint.className = dry ? 'aa-warning-box' : 'aa-hint'
      hint.textContent = this._(`webhook-sender.hint.${dry ? 'dry-run' : 'live'}`)
    })
    const template = nodeBefore(this, 'payload-template')
    const text = template?.['format'] === 'text' ? null : template?.['template']
    new RequestPane(byId('webhook-sender-test'), {
      payload: typeof text === 'string' ? text : (RECIPES.find(({ id }) => id === 'whole-event')?.template ?? '{}'),
      automation: automationBefore(this),
      webhook: () => {
        const webhook = RED.nodes.node(form.text('webhook'))
        return webhook ? { id: webhook.id, form: formOf(webhook) } : null
      },
    })
  },
  oneditsave() {
    closeForm(this)?.save()
  },
  oneditcancel() {
    closeForm(this)
  },
})
