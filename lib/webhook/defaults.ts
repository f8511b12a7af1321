import type { Ordering } from '../delivery/ordering.js'
import { DEFAULT_SCHEDULE } from '../delivery/schedule.js'
import type { ServiceName } from './services.js'
import type { SignatureEncoding, Signing } from './signature-schemes.js'

/** The saved properties of an `automation-webhook`, as the editor's form has them. */
export interface WebhookSettings {
  readonly name: string
  readonly url: string
  readonly method: string
  readonly service: ServiceName
  /** Id of an `automation-secret`. */
  readonly accessToken: string
  /** Ids of `automation-secret` nodes that payloads and headers may use. */
  readonly secrets: readonly string[]
  readonly signing: Signing
  /** Id of an `automation-secret`. */
  readonly signingSecret: string
  readonly signatureEncoding: SignatureEncoding
  /** JSON text of an object. */
  readonly headers: string
  /** Seconds for the whole attempt. */
  readonly timeout: string | number
  /** The waits before each retry, `5s, 5m, 2h`; empty: one attempt only. */
  readonly schedule: string
  /** Requests a second; empty: what the service asks for. */
  readonly rateLimit: string | number
  readonly ordering: Ordering
  /** Id of a core `tls-config`. */
  readonly tls: string
  /** Id of a core `http proxy`. */
  readonly proxy: string
}

export const WEBHOOK_DEFAULTS: WebhookSettings = {
  name: '',
  url: '',
  method: 'POST',
  service: 'generic',
  accessToken: '',
  secrets: [],
  signing: 'none',
  signingSecret: '',
  signatureEncoding: 'hex',
  headers: '{}',
  timeout: 30,
  schedule: DEFAULT_SCHEDULE,
  rateLimit: '',
  ordering: 'none',
  tls: '',
  proxy: '',
}
