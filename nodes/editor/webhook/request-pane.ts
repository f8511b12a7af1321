import { AutomationError } from '../../../lib/error.js'
import { parseTemplate } from '../../../lib/template/parse.js'
import { renderTemplate } from '../../../lib/template/render.js'
import { bashScript } from '../../../lib/webhook/bash.js'
import { type AdminError, adminPost } from '../admin.js'
import { button, element, fill, newId } from '../element.js'
import { EventPicker } from '../event/event-picker.js'
import type { UpstreamAutomation } from '../event/upstream.js'
import { copyText } from '../outside-text.js'
import type { EditorNode, Translate } from '../red-editor.d.js'
import { recipeMenu } from '../template/recipe-menu.js'
import { detailsView, type TestAnswer, verdictView } from './test-answer.js'
import { namesOf, secretsOf, type WebhookForm } from './webhook-form.js'

/** The words stand in the catalog of the node that every test needs. */
const words: Translate = (key, values) =>
  RED._(`@artifact-automations/node-red/automation-webhook:request.${key}`, values ?? {})

/** What a test calls the automation, as the admin interface does. */
const AUTOMATION_NAME = 'test'

interface PaneOptions {
  /** What to start from. */
  readonly payload: string
  /** An automation whose events the samples should fit. */
  readonly automation: UpstreamAutomation | null
  /** The webhook as it stands in its dialog or on the workspace; `null` while none is chosen. */
  readonly webhook: () => { readonly id: string; readonly form: WebhookForm } | null
}

/**
 * Sends one request to a webhook as it is set now, deployed or not, and shows both sides of it. The payload is typed,
 * taken from the examples, or from a template of the workspace; it is never saved.
 */
export class RequestPane {
  readonly #options: PaneOptions
  readonly #payload: HTMLTextAreaElement
  readonly #picker: EventPicker
  readonly #send: HTMLButtonElement
  /** What screen readers hear; what the other side sent is there to be read, and not to be read out. */
  readonly #verdict = element('div', { role: 'status', 'aria-live': 'polite' })
  readonly #details = element('div')
  readonly #result = element('div', { class: 'aa-answer' }, this.#verdict, this.#details)
  readonly #tools: HTMLElement

  constructor(parent: Element, options: PaneOptions) {
    this.#options = options
    const payloadId = newId('payload')
    const eventId = newId('event')
    this.#payload = element('textarea', { id: payloadId, class: 'aa-payload aa-mono', rows: '8', spellcheck: 'false' })
    this.#payload.value = options.payload
    this.#picker = new EventPicker({
      _: words,
      id: eventId,
      automation: options.automation,
      onChange: () => {},
    })
    this.#send = button(words('send'), 'fa-paper-plane', () => void this.#test(), { class: 'red-ui-button' })
    const copy: HTMLButtonElement = button(words('copy'), 'fa-clipboard', () => this.#copyBash(copy), {
      class: 'red-ui-button',
    })
    this.#tools = element(
      'div',
      { class: 'aa-toolbar' },
      element('label', { for: eventId }, words('event')),
      this.#picker.select,
      element('span', { class: 'aa-buttons' }, copy, this.#send),
    )
    const take = (template: string) => {
      this.#payload.value = template
    }
    parent.append(
      element('div', { class: 'aa-hint aa-wide' }, words('hint')),
      element(
        'div',
        { class: 'aa-toolbar' },
        element('label', { for: payloadId }, words('payload')),
        element('span', { class: 'aa-spring' }),
        templateMenu((template) => take(template)),
        recipeMenu({ id: newId('recipes'), label: words('example') }, ({ template }) => take(template)),
      ),
      this.#payload,
      this.#tools,
      this.#result,
    )
  }

  async #test(): Promise<void> {
    const webhook = this.#options.webhook()
    if (!webhook) return this.#say(words('no-webhook'))
    this.#send.disabled = true
    this.#say(words('waiting'))
    try {
      parseTemplate(this.#payload.value, 'json')
      const answer = (await adminPost(`webhooks/${encodeURIComponent(webhook.id)}/test`, {
        payload: this.#payload.value,
        event: this.#picker.event,
        form: webhook.form,
        secrets: secretsOf(webhook.form).typed,
      })) as TestAnswer
      this.#show([...this.#warnings(webhook.form), ...verdictView(answer, words)], detailsView(answer, words))
    } catch (error) {
      const { message } = error as AutomationError | AdminError
      const reason = element('p', { class: 'aa-text-error' }, message || words('no-answer'))
      this.#show([...this.#warnings(webhook.form), reason])
    } finally {
      this.#send.disabled = false
    }
  }

  #warnings(form: WebhookForm): HTMLElement[] {
    const { undeployed: names } = secretsOf(form)
    if (names.length === 0) return []
    return [element('p', { class: 'aa-text-warning' }, words('undeployed', { names: names.join(', ') }))]
  }

  #copyBash(copy: HTMLButtonElement): void {
    const webhook = this.#options.webhook()
    if (!webhook) {
      this.#say(words('no-webhook'))
      return
    }
    const { form } = webhook
    try {
      const template = parseTemplate(this.#payload.value, 'json')
      const data = { event: this.#picker.event, automationName: AUTOMATION_NAME }
      const rendered = renderTemplate(template, { ...data, missing: 'blank' })
      const proxy = RED.nodes.node(form.proxy ?? '')?.['url']
      const script = bashScript({
        settings: form,
        payload: rendered.text,
        slots: rendered.slots,
        format: template.format,
        values: rendered.values,
        granted: namesOf(form.secrets ?? []),
        ...(typeof proxy === 'string' && proxy !== '' && { proxy }),
        insecure: RED.nodes.node(form.tls ?? '')?.['verifyservercert'] === false,
      })
      copyText(script, copy, words('copied'))
      this.#say(words('copied-long'))
    } catch (error) {
      if (!(error instanceof AutomationError)) throw error
      this.#show([element('p', { class: 'aa-text-error' }, error.message)])
    }
  }

  #say(text: string): void {
    this.#show([element('p', {}, text)])
  }

  /** The answer comes into view, below the button that was pressed for it. */
  #show(verdict: readonly HTMLElement[], details: readonly HTMLElement[] = []): void {
    fill(this.#verdict, ...verdict)
    fill(this.#details, ...details)
    const dialog = this.#result.closest('.red-ui-tray-body')
    const end = dialog ? dialog.getBoundingClientRect().bottom : window.innerHeight
    if (this.#result.getBoundingClientRect().bottom > end) this.#tools.scrollIntoView({ block: 'start' })
  }
}

/** A choice of the JSON templates of the workspace; nothing when there are none. */
function templateMenu(choose: (template: string) => void): HTMLSelectElement | null {
  const templates: EditorNode[] = []
  RED.nodes.eachNode((node) => {
    if (node.type === 'payload-template' && (node['format'] ?? 'json') === 'json') templates.push(node)
  })
  if (templates.length === 0) return null
  const menu = element(
    'select',
    { class: 'aa-menu', 'aria-label': words('template') },
    element('option', { value: '' }, words('template')),
    ...templates.map((node) => element('option', { value: node.id }, RED.utils.getNodeLabel(node, node.id))),
  )
  menu.addEventListener('change', () => {
    const template = templates.find(({ id }) => id === menu.value)?.['template']
    menu.value = ''
    if (typeof template === 'string') choose(template)
  })
  return menu
}
