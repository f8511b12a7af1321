import '../runtime/required-node.js'
import type { NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red'
import { type AutomationMessage, automationOf, eventOf } from '../../lib/inbox/message.js'
import { parseTemplate, type Template } from '../../lib/template/parse.js'
import { renderTemplate } from '../../lib/template/render.js'
import type { RenderedValues } from '../../lib/template/rendered-values.js'
import type { TemplateFormat } from '../../lib/template/template.js'
import { hostOf } from '../runtime/host-of.js'
import { refuse, reportUnusable } from '../runtime/report.js'
import { migrate } from './payload-template.migrate.js'

export interface PayloadTemplateDef extends NodeDef {
  template: string
  format: TemplateFormat
  missing: 'blank' | 'error'
}

type Rendered = NodeMessageInFlow & AutomationMessage & { secretSlots?: unknown; rendered?: RenderedValues }

/** Fills the template with the event. Secrets stay slots: their values are put in at the moment of sending. */
module.exports = (RED: NodeAPI) => {
  hostOf(RED).migrations.set('payload-template', migrate)
  RED.nodes.registerType<ReturnType<typeof RED.nodes.getNode>, PayloadTemplateDef, object, object>(
    'payload-template',
    function (definition) {
      RED.nodes.createNode(this, definition)
      const config = migrate(definition)
      let template: Template
      try {
        template = parseTemplate(config.template, config.format)
      } catch (error) {
        reportUnusable(this, error)
        return
      }
      this.on('input', (msg: Rendered, send, done) => {
        try {
          const { text, slots, values } = renderTemplate(template, {
            event: eventOf(msg),
            automationName: automationOf(msg).name,
            missing: config.missing,
          })
          msg.payload = text
          msg.secretSlots = slots
          msg.rendered = { format: template.format, values }
          send(msg)
          done()
        } catch (error) {
          refuse(this, msg, error, done)
        }
      })
    },
  )
}
