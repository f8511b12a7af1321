import { EXAMPLE_BODIES, EXAMPLE_TYPES } from '../../lib/sources/http/example-body.js'
import { postAsCurl } from '../../lib/sources/http/post-as-curl.js'
import type { Authentication, Format } from '../../lib/sources/http/settings.js'
import { button, fill } from '../editor/element.js'
import type { Form } from '../editor/form/form.js'
import { copyText } from '../editor/outside-text.js'
import type { Translate } from '../editor/red-editor.d.js'
import { ingestUrl } from './ingest-path.editor.js'

interface HttpPaneOptions {
  readonly tools: Element
  readonly form: Form
  /** A body for the mapping of the form; undefined when there is none. */
  readonly sample: () => unknown
  readonly _: Translate
}

/** What somebody can do with a source that is posted to, besides filling in its form. */
export class HttpPane {
  readonly #form: Form
  readonly #sample: () => unknown

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
    const body = (format === 'mapped' ? this.#sample() : EXAMPLE_BODIES[format]) ?? EXAMPLE_BODIES.event
    const proof = { auth: form.text('auth') as Authentication, headerName: form.text('headerName') }
    return postAsCurl(proof, ingestUrl(form.text('path')), JSON.stringify(body, null, 2), EXAMPLE_TYPES[format])
  }
}
