import '../runtime/required-node.js'
import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red'
import { NO_SOURCE } from '../../lib/automations/automation.js'
import { type AutomationRule, compileRule, type RuleSettings } from '../../lib/automations/rule.js'
import type { ArtifactEvent } from '../../lib/events/event.js'
import { evaluatesRuns } from '../../lib/sources/source.js'
import type { EventMessage } from '../public.js'
import { runningNode } from '../runtime/deployed.js'
import type { LastFired } from '../runtime/host.js'
import { hostOf } from '../runtime/host-of.js'
import { asAutomationError, reportProblem } from '../runtime/report.js'
import { migrate } from './artifact-event.migrate.js'
import { misfitOf, showTrigger } from './trigger-status.js'

export interface ArtifactEventDef extends NodeDef, RuleSettings {
  /** Id of the artifact-source. */
  source: string
  description: string
}

/** The trigger: sends each event of its source that fits its scope, events and pattern. */
module.exports = (RED: NodeAPI) => {
  const host = hostOf(RED)
  host.migrations.set('artifact-event', migrate)
  RED.nodes.registerType<Node, ArtifactEventDef, object, object>('artifact-event', function (definition) {
    RED.nodes.createNode(this, definition)
    const config = migrate(definition)
    let rule: AutomationRule
    try {
      const source = runningNode<{ kind?: string }>(RED, config.source)
      rule = compileRule(config, evaluatesRuns(source?.kind))
      if (!source) throw NO_SOURCE
    } catch (error) {
      reportProblem(this, asAutomationError(error))
      return
    }
    const automation = { id: this.id, name: config.name || '' }
    const { fired } = host
    const misfit = (event: ArtifactEvent) => misfitOf(rule, event)
    const show = () => showTrigger(this, host.sources.of(config.source), fired.get(this.id) ?? null, misfit)
    const unregister = host.dispatcher.register({
      id: this.id,
      source: config.source,
      rule,
      key: JSON.stringify({ ...definition, x: 0, y: 0 }),
      emit: (event) => {
        fired.set(this.id, { type: event.event_type, at: Date.now() })
        show()
        const message = { topic: event.event_type, payload: { ...event }, event, automation } satisfies EventMessage
        this.send(message as NodeMessage)
      },
    })
    const unwatch = host.sources.watch(config.source, show)
    let remembered = fired.has(this.id)
    host.whenStarted(this, () => {
      show()
      if (remembered) return
      remembered = true
      const remember = (last: LastFired | null) => {
        if (last === null || fired.has(this.id)) return
        fired.set(this.id, last)
        show()
      }
      // a store that does not work is shown as such
      host
        .lastFired(this.id)
        .then(remember)
        .catch(() => {})
    })
    this.on('close', () => {
      unregister()
      unwatch()
    })
  })
}
