import { isPlainPattern } from '../../lib/alias/plain-pattern.js'
import { EVENT_TYPES } from '../../lib/events/event.js'
import { AdminError, adminPost } from '../editor/admin.js'
import { Dialog } from '../editor/dialog.js'
import { labelOf } from '../editor/form/label.js'
import { translateStatuses } from '../editor/other-languages.js'
import { notify } from '../editor/outside-text.js'
import type { EditorNode, InertText } from '../editor/red-editor.d.js'
import { loadShared } from '../editor/shared.js'
import { DEFAULTS, RUN_PROPERTIES } from './artifact-event.migrate.js'

interface TriggerNode extends EditorNode {
  source?: string
  events?: string[]
}

const dialog = new Dialog('artifact-event')
translateStatuses('artifact-event')

const arePlain = (events: readonly string[]): boolean =>
  events.length > 0 && events.every((type) => EVENT_TYPES.some((known) => known === type))

/** A property about runs, of which nothing is asked by an automation on artifacts. */
const ofRuns = (property: keyof typeof RUN_PROPERTIES) => ({
  value: RUN_PROPERTIES[property],
  validate(this: TriggerNode, value: string | undefined, _options: object): true | InertText {
    return dialog.judge(this, property, value, !this.events?.some((type) => type.startsWith('RUN_')))
  },
})

RED.nodes.registerType<TriggerNode>('artifact-event', {
  category: 'artifact automations',
  color: '#95cfbd',
  icon: 'artifact-event.svg',
  inputs: 0,
  outputs: 1,
  defaults: {
    name: { value: DEFAULTS.name },
    version: { value: DEFAULTS.version },
    source: {
      value: DEFAULTS.source,
      type: 'artifact-source',
      required: true,
      label: labelOf('artifact-event', 'source'),
    },
    scope: { value: DEFAULTS.scope },
    entity: { value: DEFAULTS.entity },
    project: { value: DEFAULTS.project },
    collection: { value: DEFAULTS.collection },
    events: {
      value: DEFAULTS.events,
      validate(events: string[] | undefined, _options) {
        return dialog.judge(this, 'events', events, arePlain(events ?? DEFAULTS.events))
      },
    },
    pattern: {
      value: DEFAULTS.pattern,
      validate(pattern: string | undefined, _options) {
        return dialog.judge(this, 'pattern', pattern, isPlainPattern(pattern ?? ''))
      },
    },
    description: { value: DEFAULTS.description },
    states: { value: DEFAULTS.states },
    user: ofRuns('user'),
    runName: ofRuns('runName'),
    metric: ofRuns('metric'),
    aggregation: ofRuns('aggregation'),
    window: ofRuns('window'),
    priorWindow: ofRuns('priorWindow'),
    comparison: ofRuns('comparison'),
    threshold: ofRuns('threshold'),
    changeType: ofRuns('changeType'),
    changeDirection: ofRuns('changeDirection'),
    changeAmount: ofRuns('changeAmount'),
  },
  paletteLabel() {
    return this._('artifact-event.title')
  },
  label() {
    return this.name || this._('artifact-event.title')
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : ''
  },
  outputLabels(_index) {
    return this._('artifact-event.port.event')
  },
  button: {
    enabled() {
      return !this.changed
    },
    onclick() {
      void sendSample(this)
    },
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

RED.actions.add('artifact-automations:new-automation', () => void newAutomation(), {
  label: RED._('@artifact-automations/node-red/artifact-event:wizard.title'),
})

/** Through what is deployed, so only where that is what the workspace shows. */
async function sendSample(node: TriggerNode): Promise<void> {
  try {
    // the page knows the node alone; its webhook, or a template on its way, may be another one, too
    const isDeployed = !node.changed && (await (await loadShared()).isDeployed?.(node.id))
    if (!isDeployed) {
      notify(node._('artifact-event.error.undeployed'), { type: 'warning' })
      return
    }
    await adminPost('events/sample', { node: node.id })
    notify(node._('artifact-event.sent', { name: RED.utils.getNodeLabel(node) }), { type: 'success', timeout: 2000 })
  } catch (error) {
    const reason = (error instanceof AdminError && error.message) || node._('artifact-event.error.no-answer')
    notify(node._('artifact-event.error.not-sent', { reason }), { type: 'error' })
  }
}

async function newAutomation(): Promise<void> {
  if (!RED.user.hasPermission('flows.write')) {
    notify(RED._('@artifact-automations/node-red/automations:automations.read-only'), { type: 'warning' })
    return
  }
  try {
    ;(await loadShared()).newAutomation?.()
  } catch {
    notify(RED._('@artifact-automations/node-red/automation-webhook:shared.failed'), { type: 'error' })
  }
}
