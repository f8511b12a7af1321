import '../runtime/required-node.js'
import type { NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red'
import { AliasFilter, parseRules } from '../../lib/alias/filter.js'
import { subjectOf } from '../../lib/events/subject.js'
import { eventOf } from '../../lib/inbox/message.js'
import { hostOf } from '../runtime/host-of.js'
import { refuse, reportUnusable } from '../runtime/report.js'
import { migrate } from './alias-filter.migrate.js'

export interface AliasFilterDef extends NodeDef {
  /** JSON text of `[{"pattern": …, "label": …}]`. */
  rules: string
  otherwise: boolean
  checkAll: boolean
}

/** Routes an event by its alias (or the tag of a tag event): one output per rule, then one for everything else. */
module.exports = (RED: NodeAPI) => {
  const host = hostOf(RED)
  host.migrations.set('alias-filter', migrate)
  RED.nodes.registerType<ReturnType<typeof RED.nodes.getNode>, AliasFilterDef, object, object>(
    'alias-filter',
    function (definition) {
      RED.nodes.createNode(this, definition)
      const config = migrate(definition)
      let filter: AliasFilter
      try {
        filter = new AliasFilter({
          rules: parseRules(config.rules),
          otherwise: config.otherwise,
          checkAll: config.checkAll,
        })
      } catch (error) {
        reportUnusable(this, error)
        return
      }
      this.on('input', (msg: NodeMessageInFlow, send, done) => {
        try {
          const event = eventOf(msg)
          const outputs = filter.outputs(subjectOf(event))
          if (outputs.length === 0) host.dispatcher.settling(msg)()
          else {
            const messages: (NodeMessageInFlow | null)[] = Array(filter.labels.length).fill(null)
            outputs.forEach((output, copy) => {
              messages[output] = copy === 0 ? msg : RED.util.cloneMessage(msg)
            })
            send(messages)
          }
          done()
        } catch (error) {
          refuse(this, msg, error, done)
        }
      })
    },
  )
}
