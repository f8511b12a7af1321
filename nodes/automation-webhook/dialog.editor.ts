import { parseSchedule } from '../../lib/delivery/schedule.js'
import { RECIPES } from '../../lib/recipes/payloads.js'
import { type HeaderField, parseHeaders } from '../../lib/webhook/headers.js'
import { SERVICE, type ServiceName } from '../../lib/webhook/services.js'
import { planWebhook } from '../../lib/webhook/settings.js'
import { parseWebhookUrl } from '../../lib/webhook/url.js'
import { defineDialog } from '../editor/define-dialog.js'
import { byId } from '../editor/element.js'
import { problemOf } from '../editor/form/check.js'
import { closeForm, current, openForm } from '../editor/form/form.js'
import { Note } from '../editor/form/note.js'
import type { EditorNode } from '../editor/red-editor.d.js'
import { RequestPane } from '../editor/webhook/request-pane.js'
import { offerNewSecrets } from '../editor/webhook/secrets.js'
import { namesOf, type WebhookForm } from '../editor/webhook/webhook-form.js'
import { CURRENT_VERSION, DEFAULTS, migrate } from './automation-webhook.migrate.js'
import { describeSchedule } from './describe-schedule.editor.js'
import { SecretChoice } from './secret-choice.editor.js'

interface WebhookNode extends EditorNode {
  url?: string
  secrets?: string[]
}

const choices = new WeakMap<object, SecretChoice>()

/** What URLs of this service look like. */
const urlExample = (service: ServiceName): string =>
  (service === 'generic' ? undefined : RECIPES.find((recipe) => recipe.service === service)?.url) ??
  'https://example.com/hook'

/** Everything that can be judged of one property while the others are all right. */
const VALID: WebhookForm = { url: 'https://example.com' }

const exists = (id: string): boolean => RED.nodes.node(id) !== undefined

/** What is wrong with headers that name a secret which the webhook may not use: nothing would be sent. */
function ungranted(node: WebhookNode, fields: readonly HeaderField[]): string | null {
  const granted = namesOf((current(node, 'secrets') ?? []) as string[])
  if (current(node, 'accessToken')) granted.push('ACCESS_TOKEN')
  for (const { name: header, slots } of fields) {
    const slot = slots.find(({ name, text }) => text.startsWith('${') && !granted.includes(name))
    if (!slot) continue
    const which = slot.name === 'ACCESS_TOKEN' ? 'header-token' : 'header-secret'
    return node._(`automation-webhook.error.${which}`, { header, name: slot.name })
  }
  return null
}

defineDialog<WebhookNode>('automation-webhook', {
  problems: {
    url: (url: string | undefined) => problemOf(() => parseWebhookUrl(url ?? '')),
    secrets(secrets: string[] | undefined) {
      return [secrets ?? []].flat().every(exists) ? null : this._('automation-webhook.error.secret-gone')
    },
    signingSecret(secret: string | undefined) {
      if ((current(this, 'signing') ?? DEFAULTS.signing) === 'none') return null
      if (!secret || secret === '_ADD_') return this._('automation-webhook.error.signing-secret')
      return exists(secret) ? null : this._('automation-webhook.error.secret-gone')
    },
    headers(headers: string | undefined) {
      const hasToken = Boolean(current(this, 'accessToken'))
      return ungranted(this, parseHeaders(headers ?? DEFAULTS.headers, { hasToken }))
    },
    timeout: (timeout: string | number | undefined) =>
      problemOf(() => planWebhook({ ...VALID, timeout: timeout ?? DEFAULTS.timeout })),
    schedule: (schedule: string | undefined) => problemOf(() => parseSchedule(schedule ?? DEFAULTS.schedule)),
    rateLimit: (rateLimit: string | number | undefined) =>
      problemOf(() => planWebhook({ ...VALID, rateLimit: rateLimit ?? DEFAULTS.rateLimit })),
  },
  oneditprepare() {
    const form = openForm(this, { prefix: 'node-config-input', migrate, currentVersion: CURRENT_VERSION })
    const { _ } = this
    const choice = new SecretChoice(byId('automation-webhook-secrets'), form.config['secrets'] as string[], _)
    choices.set(this, choice)
    form.choose('secrets', () => choice.secrets)
    choice.onChange = () => form.judge()
    choice.onRefresh = () => {
      for (const property of ['accessToken', 'signingSecret']) offerNewSecrets(form.input(property))
      form.judge()
    }

    const scheduleNote = new Note(form.input('schedule'))
    form.watch(['schedule'], () => {
      const problem = problemOf(() => parseSchedule(form.text('schedule')))
      if (problem) scheduleNote.say('error', problem)
      else scheduleNote.say('info', describeSchedule(form.text('schedule'), _))
    })
    form.watch(['service'], () => {
      const service = form.text('service') as ServiceName
      const limit = SERVICE[service]?.rateLimit ?? null
      byId('automation-webhook-service-hint').textContent = _(`automation-webhook.hint.service.${service}`)
      form.input('url').attr('placeholder', urlExample(service))
      const placeholder = limit === null ? 'no-limit' : 'service-limit'
      form
        .input('rateLimit')
        .attr('placeholder', _(`automation-webhook.placeholder.${placeholder}`, { limit: limit ?? 0 }))
    })
    form.watch(['signing'], () => {
      const signing = form.text('signing')
      byId('automation-webhook-signing-hint').textContent = _(`automation-webhook.hint.signing.${signing}`)
      $('.automation-webhook-signing').toggle(signing !== 'none')
      $('.automation-webhook-encoding').toggle(signing === 'wandb')
    })
    const advanced = ['method', 'timeout', 'tls', 'proxy', 'store'] as const
    byId<HTMLDetailsElement>('automation-webhook-advanced').open = advanced.some(
      (property) => String(form.config[property]) !== DEFAULTS[property],
    )

    const values = (): WebhookForm =>
      Object.fromEntries(Object.keys(DEFAULTS).map((property) => [property, form.value(property)]))
    const recipe = RECIPES.find(({ service }) => service === form.text('service'))
    new RequestPane(byId('automation-webhook-test'), {
      payload: recipe?.template ?? '{}',
      automation: null,
      webhook: () => ({ id: RED.nodes.node(this.id) ? this.id : 'new', form: values() }),
    })
  },
  oneditsave() {
    const choice = choices.get(this)
    const changed = choice?.changed === true
    choice?.destroy()
    if (choice && changed) this.secrets = choice.secrets
    closeForm(this)?.save(changed)
  },
  oneditcancel() {
    choices.get(this)?.destroy()
    closeForm(this)
  },
  oneditdelete() {
    choices.get(this)?.destroy()
    closeForm(this)
  },
})
