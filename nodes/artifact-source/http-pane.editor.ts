import { MASK } from '../../lib/secrets/secret.js'
import { EXAMPLE_BODIES, EXAMPLE_TYPES } from '../../lib/sources/http/example-body.js'
import { postAsCurl } from '../../lib/sources/http/post-as-curl.js'
import type { Authentication, Format } from '../../lib/sources/http/settings.js'
import { button, fill } from '../editor/element.js'
import type { Form } from '../editor/form/form.js'
import { copyText } from '../editor/outside-text.js'
import type { Translate } from '../editor/red-editor.d.js'
import { ingestUrl } from './ingest-path.editor.js'
import type { SampleRequest } from './mapping-preview.editor.js'

interface HttpPaneOptions {
  readonly tools: Element
  readonly form: Form
  /** A request for the mapping of the form; null when there is none. */
  readonly sample: () => SampleRequest | null
  readonly _: Translate
}

/** Headers that a service puts there for whom it tells; none that a client makes itself, and none that is masked. */
const ofTheService = (headers: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      /^(?:x-|content-type$)/i.test(name) && typeof value === 'string' && value !== MASK ? [[name, value]] : [],
    ),
  )

/** What somebody can do with a source that is posted to, besides filling in its form. */
export class HttpPane {
  readonly #form: Form
  readonly #sample: () => SampleRequest | null

  constructor({ tools, form, sample, _ }: HttpPaneOptions) {
    this.#form = form
    this.#sample = sample
    const copy = button(_('artifact-source.curl'), 'fa-clipboard', () => {
      copyText(this.#curl(), copy, _('artifact-source.copied'))
    })
    fill(tools, copy)
  }

  /** A request that this source takes, as the dialog stands. */
  #curl(): string {
    const form = this.#form
    const format = form.text('format') as Format
    const sample = format === 'mapped' ? this.#sample() : null
    const body = sample?.body ?? EXAMPLE_BODIES[format] ?? EXAMPLE_BODIES.event
    const proof = { auth: form.text('auth') as Authentication, headerName: form.text('headerName') }
    const type = { 'content-type': EXAMPLE_TYPES[format] ?? 'application/json' }
    const headers = { ...type, ...ofTheService(sample?.headers ?? {}) }
    return postAsCurl(proof, ingestUrl(form.text('path')), JSON.stringify(body, null, 2), headers)
  }
}
