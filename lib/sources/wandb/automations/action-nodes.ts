import { AutomationError } from '../../../error.js'
import { parseWebhookUrl } from '../../../webhook/url.js'
import type { Automation, Remark } from './automation.js'
import type { ConfigNodes } from './config-nodes.js'
import type { FlowNode } from './flow-node.js'
import { asTemplate, type PayloadTemplate, withSecretNames } from './payload.js'

/** Where an automation is laid out. */
export interface RowContext {
  /** A new id, as Node-RED makes them. */
  readonly newId: () => string
  readonly configs: ConfigNodes
  readonly remark: (severity: Remark['severity'], message: string) => void
  readonly z: string
  readonly y: number
}

/** What stands after the trigger and its filters: a template and a sender. */
export function actionNodes(
  { name, action, scope, eventType }: Automation,
  { configs, newId, remark, z, y }: RowContext,
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
      const isUsable = problem === null && badUrl === null
      const id = configs.webhook(action.webhook, scope.entity)
      if (needsToken) configs.needsToken(action.webhook)
      const granted = problem === null ? configs.grant(action.webhook, names) : []
      for (const [theirs, { name: ours, why }] of new Map([...configs.own(action.webhook), ...granted])) {
        if (theirs === ours) continue
        remark(
          'note',
          `Its secret ${theirs} is ${ours} here: ${why}. Enter a value there that the webhook ${action.webhook.name}, which posts to ${hostOf(action.webhook.url)}, may have.`,
        )
      }
      const ours = new Map(granted.map(([theirs, { name }]) => [theirs, name]))
      return [
        template(withSecretNames(text, ours), problem === null ? {} : { d: true }),
        sender(id, isUsable ? {} : { d: true }),
      ]
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
