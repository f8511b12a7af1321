import { isPlainSchedule } from '../../lib/delivery/plain-schedule.js'
import { isPlainUrl } from '../../lib/webhook/plain-url.js'
import { Dialog } from '../editor/dialog.js'
import { labelOf } from '../editor/form/label.js'
import type { EditorNode } from '../editor/red-editor.d.js'
import { DEFAULTS } from './automation-webhook.migrate.js'

interface WebhookNode extends EditorNode {
  url?: string
}

const dialog = new Dialog('automation-webhook')

const exists = (id: string): boolean => RED.nodes.node(id) !== undefined

const isUsual = (property: 'headers' | 'timeout' | 'rateLimit', value: unknown): boolean =>
  value === undefined || String(value) === DEFAULTS[property]

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
        return dialog.judge(this, 'url', url, isPlainUrl(url))
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
        return dialog.judge(this, 'secrets', secrets, [secrets ?? []].flat().every(exists))
      },
    },
    signing: { value: DEFAULTS.signing },
    signingSecret: {
      value: DEFAULTS.signingSecret,
      type: 'automation-secret',
      validate(secret: string | undefined, _options) {
        return dialog.judge(this, 'signingSecret', secret, (this['signing'] ?? DEFAULTS.signing) === 'none')
      },
    },
    signatureEncoding: { value: DEFAULTS.signatureEncoding },
    headers: {
      value: DEFAULTS.headers,
      validate(headers: string | undefined, _options) {
        return dialog.judge(this, 'headers', headers, isUsual('headers', headers))
      },
    },
    timeout: {
      value: DEFAULTS.timeout,
      validate(timeout: string | number | undefined, _options) {
        return dialog.judge(this, 'timeout', timeout, isUsual('timeout', timeout))
      },
    },
    schedule: {
      value: DEFAULTS.schedule,
      validate(schedule: string | undefined, _options) {
        return dialog.judge(this, 'schedule', schedule, isPlainSchedule(schedule ?? ''))
      },
    },
    rateLimit: {
      value: DEFAULTS.rateLimit,
      validate(rateLimit: string | number | undefined, _options) {
        return dialog.judge(this, 'rateLimit', rateLimit, isUsual('rateLimit', rateLimit))
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
    dialog.prepare(this)
  },
  oneditsave() {
    dialog.save(this)
  },
  oneditcancel() {
    dialog.cancel(this)
  },
  oneditdelete() {
    dialog.remove(this)
  },
})
