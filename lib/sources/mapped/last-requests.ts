import type { About } from './about.js'
import type { MappingInput } from './evaluate.js'

/** What came last to a source, as its mapping sees it. */
export interface LastRequest extends About {
  /** RFC 3339. */
  readonly received_at: string
  /** As it came, if it is no JSON. */
  readonly body: unknown
  /** Attributes of the CloudEvent whose data the body is. */
  readonly cloudevent?: unknown
}

/** Characters of a body that is kept. */
const MOST_BODY = 256 * 1024

/** Sources that are remembered at once. */
const MOST = 100

/** The last request of each source, in memory alone: somebody who writes a mapping wants to see what there is to map. */
export class LastRequests {
  readonly #last = new Map<string, { readonly input: MappingInput; readonly at: number }>()

  /** @param at Unix milliseconds */
  note(source: string, input: MappingInput, at: number): void {
    this.#last.delete(source)
    const { length } = input.body
    const body =
      length > MOST_BODY ? JSON.stringify(`a body of ${length} characters, which is too long to be kept`) : input.body
    this.#last.set(source, { input: { ...input, body }, at })
    const [oldest] = this.#last.keys()
    if (this.#last.size > MOST && oldest !== undefined) this.#last.delete(oldest)
  }

  of(source: string): LastRequest | null {
    const last = this.#last.get(source)
    if (!last) return null
    const about = JSON.parse(last.input.about) as About
    return { received_at: new Date(last.at).toISOString(), ...about, body: parsed(last.input.body) }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
