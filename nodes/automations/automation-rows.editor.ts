import type { TriggerSettings } from '../../lib/automations/trigger.js'
import { summaryOf } from '../editor/event/trigger-summary.js'
import { nodesAfter } from '../editor/event/wires.js'
import type { EditorNode } from '../editor/red-editor.d.js'
import type { AutomationAnswer } from './answers.js'
import type { ListedAutomation } from './automation-list.js'
import { editorIdOf } from './editor-id.js'
import { triggerWords, words } from './words.editor.js'
import { undeployedAutomations } from './workspace-flows.editor.js'

/** An automation as the list shows it: what is deployed, and what the workspace makes of it. */
export interface AutomationRow extends ListedAutomation {
  /** By which the admin interface knows it. */
  readonly id: string
  /** Its node in the workspace; null when that was deleted. */
  readonly node: string | null
  readonly isDeployed: boolean
  /** What is deployed has been asked for. */
  readonly isKnown: boolean
  readonly enabled: boolean
  readonly problem: string | null
  /** Whether what is deployed takes events; taken for granted until it is known. */
  readonly running: boolean
  readonly description: string
  readonly webhookNames: readonly string[]
  readonly lastStatus: string | null
  readonly day: { readonly fired: number; readonly delivered: number; readonly failed: number }
}

type Settings = Readonly<Record<string, unknown>>

const NO_DAY = { fired: 0, delivered: 0, failed: 0 }

/**
 * What is deployed, with the triggers that are not.
 * @param deployed null while it is not known yet: the triggers of the workspace, without what they did
 * @param isBehind somebody else has deployed since the workspace was loaded
 */
export function automationRows(deployed: readonly AutomationAnswer[] | null, isBehind: boolean): AutomationRow[] {
  const isThere = (id: string) => RED.nodes.node(id)?.type === 'artifact-event'
  const seen = new Set<string>()
  const known = { isKnown: deployed !== null, isBehind, changed: undeployedAutomations() }
  const rows = (deployed ?? []).map((answer) => {
    const own = editorIdOf(answer.id, isThere)
    if (own !== null) seen.add(own)
    return rowOf(answer.id, answer, own === null ? null : (RED.nodes.node(own) ?? null), known)
  })
  RED.nodes.eachNode((node) => {
    if (node.type !== 'artifact-event' || seen.has(node.id)) return
    rows.push(rowOf(node.id, null, node, known))
  })
  return rows
}

interface Known {
  readonly isKnown: boolean
  readonly isBehind: boolean
  /** By the ids under which triggers run. */
  readonly changed: ReadonlySet<string>
}

/** Whether what is deployed is what the workspace has. */
function isSame(node: EditorNode, answer: AutomationAnswer): boolean {
  const own = { name: node.name ?? '', enabled: !node.d && !isFlowDisabled(node), ...settingsOf(node) }
  const { name, enabled } = answer
  return JSON.stringify(own) === JSON.stringify({ name, enabled, ...settingsOf(answer as unknown as Settings) })
}

function rowOf(
  id: string,
  answer: AutomationAnswer | null,
  node: EditorNode | null,
  { isKnown, isBehind, changed }: Known,
): AutomationRow {
  const settings = settingsOf(node ?? (answer as unknown as Settings))
  const isElsewhere =
    isKnown && isBehind && (node === null || (!changed.has(id) && (answer === null || !isSame(node, answer))))
  const isChanged = node === null || answer === null || changed.has(id)
  const webhooks = webhooksOf(answer, node, isChanged)
  const webhookNames = webhooks.map(nameOf)
  const enabled = node ? !node.d && (answer === null || answer.enabled || isChanged) && !isFlowDisabled(node) : false
  const problem = answer?.problem ?? null
  const states = [
    ...(isElsewhere ? ['elsewhere'] : isChanged && isKnown ? ['not-deployed'] : []),
    ...(problem !== null && !isChanged ? ['problem'] : []),
    enabled ? 'enabled' : 'disabled',
  ]
  // said for rows that are seen or searched, which of a thousand are few
  let sentence: string | undefined
  const day = answer?.statistics.day ?? NO_DAY
  return {
    id,
    node: node?.id ?? null,
    isDeployed: answer !== null,
    isKnown,
    enabled,
    problem,
    running: answer?.running ?? true,
    name: String((node ? node.name : answer?.name) || words('unnamed')),
    description: String((node ? node['description'] : answer?.description) ?? ''),
    get sentence() {
      sentence ??= sentenceOf(settings, webhookNames)
      return sentence
    },
    source: String((node ? node['source'] : answer?.source) ?? ''),
    events: settings.events,
    webhooks,
    webhookNames,
    states,
    lastFiredAt: answer?.last_fired_at ?? null,
    lastStatus: answer?.last_delivery?.status ?? null,
    day,
    failed: day.failed,
    fired: day.fired,
  }
}

/** What is saved, with what an absent property means. */
export function settingsOf(saved: Settings): TriggerSettings {
  const text = (value: unknown) => (typeof value === 'string' ? value : '')
  const { scope, events } = saved
  return {
    scope: (text(scope) || 'registry') as TriggerSettings['scope'],
    entity: text(saved['entity']),
    project: text(saved['project']),
    collection: text(saved['collection']),
    events: Array.isArray(events) ? events.map(String) : ['LINK_ARTIFACT'],
    pattern: text(saved['pattern']),
  }
}

function sentenceOf(settings: TriggerSettings, webhooks: readonly string[]): string {
  const what = summaryOf(settings, triggerWords).replace(/\.$/, '')
  return webhooks.length === 0
    ? words('sentence-nowhere', { what })
    : words('sentence', { what, webhooks: webhooks.join(', ') })
}

/** As it is deployed, and of what was changed as it is wired in the workspace. */
function webhooksOf(answer: AutomationAnswer | null, node: EditorNode | null, isChanged: boolean): string[] {
  const ids =
    answer && (!isChanged || node === null)
      ? answer.senders.map(({ webhook }) => webhook)
      : nodesAfter(node as EditorNode, 'webhook-sender').map((sender) => String(sender['webhook'] ?? ''))
  return [...new Set(ids)].filter(Boolean)
}

const nameOf = (webhook: string): string => {
  const own = editorIdOf(webhook, (id) => Boolean(RED.nodes.node(id)))
  return (own && RED.nodes.node(own)?.name) || webhook
}

export const isFlowDisabled = (node: EditorNode): boolean => Boolean(RED.nodes.workspace(node.z ?? '')?.disabled)
