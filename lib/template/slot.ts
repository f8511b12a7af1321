/**
 * A place in a rendered payload where a secret goes at the moment of sending. Until then the payload reads there as
 * the template wrote it: `text` stands at `offset`, or somebody changed the payload and nothing may be sent.
 */
export interface SecretSlot {
  /** The secret's name, or `ACCESS_TOKEN`. */
  readonly name: string
  /** In UTF-16 units, from the start of the rendered text. */
  readonly offset: number
  /** As the template wrote it: `${NAME}`, `${ NAME }`, or `$NAME` with the whole run of dollars before it. */
  readonly text: string
  /**
   * `json-text`: inside a JSON string. `json-value`: where a JSON value stands. `raw`: in a text template. `form`: in a
   * form, percent-encoded.
   */
  readonly as: 'json-text' | 'json-value' | 'raw' | 'form'
}

/** A place in a rendered payload where a value of the event stands, as it was written there. */
export interface ValueSlot {
  /** In UTF-16 units, from the start of the rendered text. */
  readonly offset: number
  readonly text: string
}
