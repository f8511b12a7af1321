import { RUN_DEFAULTS, type RunSettings } from '../../automations/run-rule.js'
import { AutomationError } from '../../error.js'
import { parseWebhookUrl } from '../../webhook/url.js'
import type { Automation, Remark } from './automations/automation.js'
import { ConfigNodes } from './automations/config-nodes.js'
import type { FlowNode } from './automations/flow-node.js'
import { asTemplate, type PayloadTemplate } from './automations/payload.js'
import { type TriggerParts, triggerOf } from './automations/trigger-of.js'

export interface ImportOptions {
  /** The id of the `artifact-source` that the triggers are to use. */
  readonly source: string
  /** A new id, as Node-RED makes them. */
  readonly newId: () => string
  /** How a trigger saves what it waits for of runs; its properties beside those of other triggers. */
  readonly runProperties?: (settings: RunSettings) => Readonly<Record<string, unknown>>
  /** Nodes that are there already: their secrets are used, and automations among them are left out. */
  readonly existing?: readonly FlowNode[]
  /** The id of the secret with the API key of the source, when it is one of the existing. */
  readonly apiKey?: string
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
  const { existing = [] } = options
  const configs = new ConfigNodes(options.newId, existing)
  const known = new Set(existing.filter(({ type }) => type === 'artifact-event').map(identityOf))
  const here: string[] = []
  const report: Remark[] = []
  const tabs = new Map<string, { tab: FlowNode; rows: number }>()
  const nodes: FlowNode[] = []
  for (const automation of automations) {
    const parts = triggerOf(automation)
    if (known.has(identityOf({ ...parts, name: automation.name, source: options.source }))) {
      here.push(automation.name)
      continue
    }
    const label = labelOf(parts)
    const page = tabs.get(label) ?? {
      tab: { id: options.newId(), type: 'tab', label, disabled: false, info: '' },
      rows: 0,
    }
    page.rows += 1
    tabs.set(label, page)
    const remark = (severity: Remark['severity'], message: string) =>
      report.push({ automation: automation.name, severity, message })
    nodes.push(...rowOf(automation, parts, { ...options, configs, remark, z: page.tab.id, y: 20 + 80 * page.rows }))
  }
  return {
    flow: [...[...tabs.values()].map(({ tab }) => tab), ...nodes, ...configs.nodes],
    report,
    secrets: configs.secretNames,
    here,
  }
}

/** By what an automation is known again: W&B's id is not kept, and everything else may be changed here. */
const identityOf = ({ name, source, scope, entity, project, collection }: Readonly<Record<string, unknown>>): string =>
  JSON.stringify([name, source, scope, entity, project, collection])

interface RowContext extends ImportOptions {
  readonly configs: ConfigNodes
  readonly remark: (severity: Remark['severity'], message: string) => void
  readonly z: string
  readonly y: number
}

function rowOf(automation: Automation, parts: TriggerParts, context: RowContext): FlowNode[] {
  const { source, newId, remark, z, y, runProperties = asTexts } = context
  for (const note of parts.notes) remark('note', note)
  if (parts.problem !== null) remark('missing', `It is disabled: ${parts.problem}.`)
  if (!automation.enabled) remark('note', 'It is switched off in W&B, and disabled here.')
  const place = (column: number) => ({ z, x: 160 + 230 * column, y })
  const trigger: FlowNode = {
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
    ...place(0),
    wires: [[]],
  }
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
  const rest = actionOf(automation, context, 1 + filters.length)
  const chain = [trigger, ...filters, ...rest]
  for (const [index, node] of chain.entries()) {
    const next = chain[index + 1]
    const wires = node['wires'] as string[][]
    const output = node.type === 'alias-filter' ? wires.length - 1 : 0
    if (next) wires[output]?.push(next.id)
  }
  return chain
}

function actionOf(
  { name, action, scope, eventType }: Automation,
  { configs, newId, remark, z, y, apiKey }: RowContext,
  column: number,
): FlowNode[] {
  const place = (offset: number) => ({ z, x: 160 + 230 * (column + offset), y })
  const template = (text: string, more: object = {}): FlowNode => ({
    id: newId(),
    type: 'payload-template',
    name: '',
    template: text,
    format: 'json',
    missing: 'blank',
    ...more,
    ...place(0),
    wires: [[]],
  })
  const sender = (webhook: string, more: object = {}): FlowNode => ({
    id: newId(),
    type: 'webhook-sender',
    name,
    webhook,
    mode: 'live',
    ...more,
    ...place(1),
    wires: [[], []],
  })
  const sayNames = ({ literals, foreign, renamed }: PayloadTemplate) => {
    if (literals.length > 0) {
      remark('note', `It has ${literals.join(', ')}, which is nothing that can be filled in: sent as it is, as by W&B.`)
    }
    if (foreign.length > 0) remark('note', `It has ${foreign.join(', ')}, which only W&B can fill in: sent as it is.`)
    for (const [theirs, ours] of renamed) remark('note', `Its \${${theirs}} is \${${ours}} here, which is short.`)
  }
  switch (action.kind) {
    case 'webhook': {
      const { accessTokenRef, secretRef } = action.webhook
      const known = [accessTokenRef, secretRef].filter((each) => typeof each === 'string')
      const payload = asTemplate(action.payload ?? '{}', { hasSecrets: true, known, eventType })
      const { text, secrets: names, needsToken, bare, problem } = payload
      if (problem !== null)
        remark('missing', `Its template and sender are disabled: its payload is no template here. ${problem}`)
      const badUrl = urlProblem(action.webhook.url)
      if (badUrl !== null) {
        remark(
          'missing',
          `Its sender is disabled: the webhook ${action.webhook.name} cannot be used as it is. ${badUrl}`,
        )
      }
      sayNames(payload)
      if (bare.length > 0) {
        remark(
          'note',
          `It has ${bare.join(', ')} without braces: sent as it is, unless a secret of this name is granted to the webhook ${action.webhook.name}. W&B documents such names as secrets of the team.`,
        )
      }
      if (names.length > 0) {
        remark(
          'note',
          `Its payload names ${names.join(', ')}: taken for secrets and granted to the webhook ${action.webhook.name}. W&B leaves names that it does not know as they are.`,
        )
      }
      if (accessTokenRef === undefined) {
        remark(
          'note',
          `W&B does not say whether the webhook ${action.webhook.name} has an access token or a signing secret: choose them if it has.`,
        )
      }
      for (const secret of new Set([accessTokenRef, secretRef, ...names])) {
        const elsewhere = secret ? configs.usedElsewhere(secret, action.webhook.id, scope.entity) : null
        if (elsewhere !== null) {
          remark(
            'note',
            `Its secret ${secret} has the name of one in ${elsewhere}; here they are one. If the values differ, make another one and choose it in the webhook ${action.webhook.name}.`,
          )
        }
      }
      const isUsable = problem === null && badUrl === null
      const nodes = [
        template(text, problem === null ? {} : { d: true }),
        sender(configs.webhook(action.webhook, names, needsToken), isUsable ? {} : { d: true }),
      ]
      for (const taken of configs.taken(action.webhook.id)) {
        const [as, ask] =
          taken.id === apiKey
            ? [', as the API key of the source', ' If that is not meant, choose another one there.']
            : ['', '']
        remark(
          'note',
          `Its secret ${taken.name} is here already${as}: the webhook ${action.webhook.name}, which posts to ${hostOf(action.webhook.url)}, gets its value.${ask}`,
        )
      }
      return nodes
    }
    case 'slack': {
      const channel = `${action.team || 'Slack'} #${action.channel.replace(/^#/, '')}`
      remark(
        'missing',
        `It writes to ${channel} through W&B's own Slack app: make an incoming webhook there, choose it in the sender, and enable the sender.`,
      )
      const said = [action.severity && `*${action.severity}*`, action.title && `*${action.title}*`, action.message]
        .filter(Boolean)
        .join('\n')
      const payload = asTemplate(JSON.stringify({ text: said }, null, 2), { hasSecrets: false, known: [], eventType })
      sayNames(payload)
      return [template(payload.text), sender('', { d: true })]
    }
    case 'nothing':
      remark('note', 'It does nothing in W&B either: only the trigger was laid out.')
      return []
    case 'unsupported':
      remark('missing', `Its action, ${action.what}, cannot be carried over: only the trigger was laid out.`)
      return []
  }
}

/** Why a webhook here refuses the URL, in words; null when it does not. */
function urlProblem(url: string): string | null {
  try {
    parseWebhookUrl(url)
    return null
  } catch (error) {
    if (error instanceof AutomationError) return error.message
    throw error
  }
}

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url)

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
