import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red'
import { AutomationError } from '../../lib/error.js'
import { compileTrigger, type Trigger, type TriggerSettings } from '../../lib/events/trigger.js'
import { compileRunFilter, type RunFilter } from '../../lib/sources/wandb/runs/filter.js'
import type { RunSettings } from '../../lib/sources/wandb/runs/rule.js'
import { hostOf } from '../shared/runtime/host-of.js'
import { asAutomationError, reportProblem } from '../shared/runtime/report.js'
import { showTrigger } from '../shared/runtime/trigger-status.js'
import { migrate } from './artifact-event.migrate.js'

export interface ArtifactEventDef extends NodeDef, TriggerSettings, Omit<RunSettings, 'event'> {
  /** Id of the artifact-source. */
  source: string
  description: string
}

/** The trigger: sends each event of its source that fits its scope, events and pattern. */
module.exports = (RED: NodeAPI) => {
  const host = hostOf(RED)
  RED.nodes.registerType<Node, ArtifactEventDef, object, object>('artifact-event', function (definition) {
    RED.nodes.createNode(this, definition)
    const config = migrate(definition)
    let trigger: Trigger
    let runs: RunFilter
    try {
      trigger = compileTrigger(config)
      const source = RED.nodes.getNode(config.source) as (Node & { kind?: string }) | null
      if (!source) throw NO_SOURCE
      runs = compileRunFilter(config, trigger.events, source.kind === 'wandb')
    } catch (error) {
      reportProblem(this, asAutomationError(error))
      return
    }
    const automation = { id: this.id, name: config.name || '' }
    let last: { type: string; at: number } | null = null
    const show = () => showTrigger(this, host.sources.of(config.source), last)
    const unregister = host.dispatcher.register({
      id: this.id,
      source: config.source,
      trigger,
      runs,
      emit: (event) => {
        last = { type: event.event_type, at: Date.now() }
        show()
        this.send({ topic: event.event_type, payload: { ...event }, event, automation } as NodeMessage)
      },
    })
    const unwatch = host.sources.watch(config.source, show)
    host.whenStarted(this, show)
    this.on('close', () => {
      unregister()
      unwatch()
    })
  })
}

const NO_SOURCE = new AutomationError(
  'source_missing',
  'No artifact source is chosen, or it is disabled: this automation gets no events. Choose one in the dialog.',
  { statusText: 'no source' },
)
