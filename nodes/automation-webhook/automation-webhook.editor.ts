import { parseSchedule } from '../../lib/delivery/schedule.js'
import { RECIPES } from '../../lib/recipes/payloads.js'
import { type HeaderField, parseHeaders } from '../../lib/webhook/headers.js'
import { SERVICE, type ServiceName } from '../../lib/webhook/services.js'
import { planWebhook } from '../../lib/webhook/settings.js'
import { parseWebhookUrl } from '../../lib/webhook/url.js'
import { byId } from '../editor/element.js'
import { problemOf } from '../editor/form/check.js'
import { closeForm, current, openForm } from '../editor/form/form.js'
import { labelOf } from '../editor/form/label.js'
import { Note } from '../editor/form/note.js'
import { verdict } from '../editor/outside-text.js'
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

RED.nodes.registerType<WebhookNode>('automation-webhook', {
  category: 'config',
  color: '#82c3b0',
  icon: 'automation-webhook.svg',
  defaults: {
    name: { value: DEFAULTS.name },
    version: { value: DEFAULTS.version },
    url: {
      value: DEFAULTS.url,
      validate(url: string | undefined, _options) {
        return verdict(() => problemOf(() => parseWebhookUrl(url ?? '')))
      },
    },
    method: { value: DEFAULTS.method },
    service: { value: DEFAULTS.service },
    accessToken: {
      value: DEFAULTS.accessToken,
      type: 'automation-secret',
      required: false,
      label: labelOf('automation-webhook', 'accessToken'),
    },
    secrets: {
      value: DEFAULTS.secrets,
      type: 'automation-secret[]',
      validate(secrets: string[] | undefined, _options) {
        return verdict(() =>
          [secrets ?? []].flat().every(exists) ? null : this._('automation-webhook.error.secret-gone'),
        )
      },
    },
    signing: { value: DEFAULTS.signing },
    signingSecret: {
      value: DEFAULTS.signingSecret,
      type: 'automation-secret',
      validate(secret: string | undefined, _options) {
        return verdict(() => {
          if ((current(this, 'signing') ?? DEFAULTS.signing) === 'none') return null
          if (!secret || secret === '_ADD_') return this._('automation-webhook.error.signing-secret')
          return exists(secret) ? null : this._('automation-webhook.error.secret-gone')
        })
      },
    },
    signatureEncoding: { value: DEFAULTS.signatureEncoding },
    headers: {
      value: DEFAULTS.headers,
      validate(headers: string | undefined, _options) {
        return verdict(() => {
          const hasToken = Boolean(current(this, 'accessToken'))
          return ungranted(this, parseHeaders(headers ?? DEFAULTS.headers, { hasToken }))
        })
      },
    },
    timeout: {
      value: DEFAULTS.timeout,
      validate(timeout: string | number | undefined, _options) {
        return verdict(() => problemOf(() => planWebhook({ ...VALID, timeout: timeout ?? DEFAULTS.timeout })))
      },
    },
    schedule: {
      value: DEFAULTS.schedule,
      validate(schedule: string | undefined, _options) {
        return verdict(() => problemOf(() => parseSchedule(schedule ?? DEFAULTS.schedule)))
      },
    },
    rateLimit: {
      value: DEFAULTS.rateLimit,
      validate(rateLimit: string | number | undefined, _options) {
        return verdict(() => problemOf(() => planWebhook({ ...VALID, rateLimit: rateLimit ?? DEFAULTS.rateLimit })))
      },
    },
    ordering: { value: DEFAULTS.ordering },
    tls: { value: DEFAULTS.tls, type: 'tls-config', required: false, label: labelOf('automation-webhook', 'tls') },
    proxy: {
      value: DEFAULTS.proxy,
      type: 'http proxy',
      required: false,
      label: labelOf('automation-webhook', 'proxy'),
    },
    store: {
      value: DEFAULTS.store,
      type: 'delivery-store',
      required: false,
      label: labelOf('automation-webhook', 'store'),
    },
  },
  paletteLabel() {
    return this._('automation-webhook.title')
  },
  label() {
    return this.name || this.url || this._('automation-webhook.title')
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
