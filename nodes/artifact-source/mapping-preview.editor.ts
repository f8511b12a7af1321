import { isObject } from '../../lib/json.js'
import { adminPost } from '../editor/admin.js'
import { byId } from '../editor/element.js'
import type { Form } from '../editor/form/form.js'
import type { Translate } from '../editor/red-editor.d.js'
import { evaluateHere } from './expression.editor.js'

interface PreviewOptions {
  readonly id: string
  readonly form: Form
  readonly _: Translate
  /** As they are typed. */
  readonly sample: () => string
  readonly mapping: () => string
}

/** What a mapping sees. */
export interface SampleRequest {
  readonly body: unknown
  readonly headers: Readonly<Record<string, unknown>>
  readonly query: object
  readonly cloudevent?: unknown
}

/** Milliseconds in which nothing is typed. */
const REST_MS = 400
/** Events that are asked about. */
const MOST_EXPLAINED = 5

/** The events that a mapping makes of a sample: evaluated here, and checked by the code that will take them. */
export class MappingPreview {
  readonly #options: PreviewOptions
  #timer: ReturnType<typeof setTimeout> | undefined
  #round = 0
  // what comes later than the dialog is open finds them still
  readonly #sentence = byId('artifact-source-mapping-said')
  readonly #shown = byId('artifact-source-mapping-events')

  constructor(options: PreviewOptions) {
    this.#options = options
  }

  destroy(): void {
    clearTimeout(this.#timer)
    this.#round += 1
  }

  update(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#show(++this.#round).catch((error: Error) => this.#say(this.#round, 'aa-text-error', error.message, null))
    }, REST_MS)
  }

  #word(key: string, values: Record<string, string | number> = {}): string {
    return this.#options._(`artifact-source.mapping.${key}`, values)
  }

  /** A body, or a whole request as *Last request* shows it; null while it is no JSON. */
  get request(): SampleRequest | null {
    try {
      const sample: unknown = JSON.parse(this.#options.sample())
      const isWhole = isObject(sample) && 'body' in sample && Object.keys(sample).every((name) => PARTS.includes(name))
      return { headers: {}, query: {}, ...(isWhole ? (sample as { body: unknown }) : { body: sample }) }
    } catch {
      return null
    }
  }

  async #show(round: number): Promise<void> {
    const { sample, mapping } = this.#options
    if (mapping().trim() === '' || sample().trim() === '') return this.#say(round, '', this.#word('paste'), null)
    const { request } = this
    if (request === null) return this.#say(round, 'aa-text-error', this.#word('no-json'), null)
    let made: unknown
    try {
      made = await evaluateHere(mapping(), request)
    } catch (error) {
      return this.#say(round, 'aa-text-error', this.#word('failed', { reason: (error as Error).message }), null)
    }
    await this.#check(round, made ?? null)
  }

  async #check(round: number, made: unknown): Promise<void> {
    const { form } = this.#options
    const place = { entity: form.text('entity').trim(), project: form.text('project').trim() }
    const { events, problem } = (await adminPost('events/check', { made, ...place })) as Checked
    if (problem) return this.#say(round, 'aa-text-error', problem.message, made)
    if (events.length === 0) return this.#say(round, '', this.#word('nothing'), null)
    const count = await this.#fires(events)
    const words = `${this.#word('events', { count: events.length })} ${this.#word('fires', { count })}`
    this.#say(round, 'aa-status aa-yes', words, events.length === 1 ? events[0] : events)
  }

  /** How many automations of this source the first of the events would start. */
  async #fires(events: readonly object[]): Promise<number> {
    let fires = 0
    for (const event of events.slice(0, MOST_EXPLAINED)) {
      const { automations } = (await adminPost('events/explain', { event })) as Explained
      fires += automations.filter((each) => each.fires && this.#isOurs(each.id)).length
    }
    return fires
  }

  #isOurs(automation: string): boolean {
    return RED.nodes.node(automation)?.['source'] === this.#options.id
  }

  /** @param made what is shown below the words; null for nothing */
  #say(round: number, kind: string, words: string, made: unknown): void {
    if (round !== this.#round) return
    this.#sentence.className = kind
    this.#sentence.textContent = words
    this.#shown.hidden = made === null
    this.#shown.textContent = made === null ? '' : JSON.stringify(made, null, 2)
  }
}

const PARTS = ['body', 'headers', 'query', 'cloudevent']

interface Checked {
  readonly events: readonly object[]
  readonly problem: { readonly message: string } | null
}

interface Explained {
  readonly automations: readonly { readonly id: string; readonly fires: boolean }[]
}
