import { element } from '../element.js'
import { inOwnLanguage } from '../other-languages.js'
import type { Translate } from '../red-editor.d.js'

/** What `POST webhooks/:id/test` answers. */
export interface TestAnswer {
  readonly request: {
    readonly method: string
    readonly url: string
    readonly headers: Readonly<Record<string, string>>
    readonly body: string
  }
  readonly response: {
    readonly status_code: number
    readonly headers: Readonly<Record<string, string | readonly string[]>>
    readonly body: string
    readonly duration_ms: number
  } | null
  readonly error?: { readonly code: string; readonly message: string }
}

/** What a test came to, in words. */
export function verdictView({ response, error }: TestAnswer, words: Translate): HTMLElement[] {
  const status = response
    ? words('status', { status: response.status_code, time: Math.round(response.duration_ms) })
    : words('no-response')
  return [
    element('h4', {}, words('response')),
    element(
      'p',
      { class: `aa-status ${error ? 'aa-no' : 'aa-yes'}` },
      element('i', { class: `fa ${error ? 'fa-times' : 'fa-check'}`, 'aria-hidden': 'true' }),
      ` ${status} `,
    ),
    element('p', {}, error ? inOwnLanguage(error) : words('delivered')),
  ]
}

/** Both sides of a test, as texts only: whatever the other side answered, it is shown and never run. */
export function detailsView({ request, response }: TestAnswer, words: Translate): HTMLElement[] {
  return [
    ...(response ? [...body(response.body, words('response-body')), headers(response.headers, words)] : []),
    element('h4', {}, words('request')),
    element('p', { class: 'aa-mono', style: 'overflow-wrap: anywhere' }, `${request.method} ${request.url}`),
    ...body(request.body, words('request-body')),
    headers(request.headers, words),
  ]
}

function body(text: string, label: string): HTMLElement[] {
  return text === ''
    ? []
    : [element('pre', { class: 'aa-output', role: 'region', tabindex: '0', 'aria-label': label }, text)]
}

function headers(list: Readonly<Record<string, string | readonly string[]>>, words: Translate): HTMLElement {
  const rows = Object.entries(list).map(([name, value]) =>
    element('tr', {}, element('th', { scope: 'row' }, name), element('td', {}, [value].flat().join(', '))),
  )
  return element(
    'details',
    {},
    element('summary', {}, words('headers', { count: rows.length })),
    element('table', {}, element('tbody', {}, ...rows)),
  )
}
