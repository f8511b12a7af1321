import { RECIPES } from '../../lib/recipes/payloads.js'
import { defineDialog } from '../editor/define-dialog.js'
import { byId } from '../editor/element.js'
import { automationBefore } from '../editor/event/upstream.js'
import { nodeBefore } from '../editor/event/wires.js'
import { closeForm, openForm } from '../editor/form/form.js'
import { RequestPane } from '../editor/webhook/request-pane.js'
import { formOf } from '../editor/webhook/webhook-form.js'
import { CURRENT_VERSION, migrate } from './webhook-sender.migrate.js'

defineDialog('webhook-sender', {
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
