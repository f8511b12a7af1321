import { RUN_DEFAULTS, type RunSettings } from '../../automations/run-rule.js'
import { actionNodes, type RowContext } from './automations/action-nodes.js'
import type { Automation, Remark } from './automations/automation.js'
import { ConfigNodes } from './automations/config-nodes.js'
import type { FlowNode } from './automations/flow-node.js'
import { isOther, withoutReferences } from './automations/references.js'
import { type TriggerParts, triggerOf } from './automations/trigger-of.js'

export interface ImportOptions {
  /** The id of the `artifact-source` that the triggers are to use. */
  readonly source: string
  /** A new id, as Node-RED makes them. */
  readonly newId: () => string
  /** How a trigger saves what it waits for of runs; its properties beside those of other triggers. */
  readonly runProperties?: (settings: RunSettings) => Readonly<Record<string, unknown>>
  /** Nodes that are there already: automations among them are left out, and names of secrets are not used again. */
  readonly existing?: readonly FlowNode[]
}

export interface Imported {
  /** Tabs, nodes and config nodes, ready for the editor's import. */
  readonly flow: readonly FlowNode[]
  /** What is not as it was, or has to be done, in words. */
  readonly report: readonly Remark[]
  /** Names of the secrets whose values have to be filled in; W&B never gives a value. */
  readonly secrets: readonly string[]
  /** Names of the automations that were left out, because they are there already. */
  readonly here: readonly string[]
}

/**
 * Lays W&B's automations out as flows: one tab for each scope, in it a row for each automation of trigger, filters,
 * template and sender. What would fire otherwise than the original is disabled, and the report says why. Pure.
 */
export function importAutomations(automations: readonly Automation[], options: ImportOptions): Imported {
  const { existing = [], newId } = options
  const configs = new ConfigNodes(newId, existing)
  const known = new Set(existing.filter(({ type }) => type === 'artifact-event').map(identityOf))
  const here: string[] = []
  const report: Remark[] = []
  const tabs = new Map<string, { tab: FlowNode; rows: number }>()
  const nodes: FlowNode[] = []
  for (const automation of automations) {
    const parts = triggerOf(automation)
    const trigger = triggerNode(automation, parts, options)
    if (known.has(identityOf(withoutReferences(trigger).node))) {
      here.push(automation.name)
      continue
    }
    const label = labelOf(parts)
    const page = tabs.get(label) ?? { tab: { id: newId(), type: 'tab', label, disabled: false, info: '' }, rows: 0 }
    page.rows += 1
    tabs.set(label, page)
    const remark = (severity: Remark['severity'], message: string) =>
      report.push({ automation: automation.name, severity, message })
    const place = { z: page.tab.id, y: 20 + 80 * page.rows }
    nodes.push(...rowOf(automation, parts, trigger, { ...options, configs, remark, ...place }))
  }
  const { nodes: configNodes, secretNames } = configs.finish()
  const flow = [...Array.from(tabs.values(), ({ tab }) => tab), ...nodes, ...configNodes]
  return { flow: guarded(flow, report), report, secrets: secretNames, here }
}

/** What Node-RED would replace by one of its variables is written otherwise, and told. */
function guarded(flow: readonly FlowNode[], report: Remark[]): FlowNode[] {
  return flow.map((given) => {
    const { node, rewritten } = withoutReferences(given)
    for (const { property, from, to } of rewritten) {
      report.push({
        automation: String(given['name'] || given['label'] || ''),
        severity: 'note',
        message: rewrittenIn(given.type, property, from, to),
      })
    }
    if (!isOther(rewritten) || node['d'] === true) return node
    report.push({
      automation: String(given['name']),
      severity: 'missing',
      message: 'It is disabled: it would wait for something else.',
    })
    return { ...node, d: true }
  })
}

const rewrittenIn = (type: string, property: string, from: string, to: string) =>
  `The ${property} of its ${type} is ${from.trim()}, which Node-RED would replace by a variable of this machine: it is ${JSON.stringify(to)} here.`

/** By what an automation is known again: W&B's id is not kept, and everything else may be changed here. */
const identityOf = ({ name, source, scope, entity, project, collection }: Readonly<Record<string, unknown>>): string =>
  JSON.stringify([name, source, scope, entity, project, collection])

/** Without its place. */
function triggerNode(
  automation: Automation,
  parts: TriggerParts,
  { source, newId, runProperties = asTexts }: ImportOptions,
): FlowNode {
  return {
    id: newId(),
    type: 'artifact-event',
    name: automation.name,
    source,
    scope: parts.scope,
    entity: parts.entity,
    project: parts.project,
    collection: parts.collection,
    events: parts.event === '' ? [] : [parts.event],
    pattern: parts.pattern,
    description: automation.description,
    ...(parts.run === null ? {} : runProperties(parts.run)),
    ...(automation.enabled && parts.problem === null ? {} : { d: true }),
  }
}

function rowOf(automation: Automation, parts: TriggerParts, unplaced: FlowNode, context: RowContext): FlowNode[] {
  const { newId, remark, z, y } = context
  for (const note of parts.notes) remark('note', note)
  if (parts.problem !== null) remark('missing', `It is disabled: ${parts.problem}.`)
  if (!automation.enabled) remark('note', 'It is switched off in W&B, and disabled here.')
  const place = (column: number) => ({ z, x: 160 + 230 * column, y })
  const trigger: FlowNode = { ...unplaced, ...place(0), wires: [[]] }
  const filters = parts.steps.map(({ pattern, negated }, index): FlowNode => {
    const rules = JSON.stringify([{ pattern, label: pattern }])
    // what a negated test is about goes nowhere; everything else goes on
    return {
      id: newId(),
      type: 'alias-filter',
      name: '',
      rules,
      otherwise: negated,
      checkAll: false,
      ...place(1 + index),
      wires: negated ? [[], []] : [[]],
    }
  })
  const rest = actionNodes(automation, context, 1 + filters.length)
  const chain = [trigger, ...filters, ...rest]
  for (const [index, node] of chain.entries()) {
    const next = chain[index + 1]
    const wires = node['wires'] as string[][]
    const output = node.type === 'alias-filter' ? wires.length - 1 : 0
    if (next) wires[output]?.push(next.id)
  }
  return chain
}

function labelOf({ scope, entity, project, collection }: TriggerParts): string {
  const place = [entity, project, collection].filter((part) => part !== '').join('/')
  return `W&B ${scope} ${place}`
}

/** The settings of runs as properties of the trigger, those that are not as usual. */
const asTexts = ({ event: _event, ...settings }: RunSettings) =>
  Object.fromEntries(
    Object.entries(settings).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(RUN_DEFAULTS[name as keyof RunSettings]),
    ),
  )
