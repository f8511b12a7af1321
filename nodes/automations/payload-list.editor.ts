import { element } from '../editor/element.js'
import type { BacktestPayload } from './backtest-answer.js'
import { output, pretty } from './facts.editor.js'
import { words } from './words.editor.js'

/** What several senders would send: each payload once, with the webhooks that get it where they get different ones. */
export function payloadList(payloads: readonly BacktestPayload[]): HTMLElement[] {
  const webhooks = new Map<string, Set<string>>()
  const shown = new Map<string, HTMLElement>()
  for (const { webhook, body, error } of payloads) {
    const key = JSON.stringify([body, error?.message])
    const names = webhooks.get(key) ?? new Set()
    webhooks.set(key, names.add(webhook.name || webhook.id))
    if (shown.has(key)) continue
    shown.set(
      key,
      body === undefined
        ? element('p', { class: 'aa-text-error' }, error?.message ?? '')
        : output(pretty(body), words('details.payload')),
    )
  }
  if (shown.size === 1) return [...shown.values()]
  return Array.from(shown, ([key, payload]) =>
    element('div', {}, element('p', { class: 'aa-quiet' }, [...(webhooks.get(key) ?? [])].join(', ')), payload),
  )
}
