import { judged, type SecretUse } from '../../secrets/judge.js'
import type { Secret } from '../../secrets/secret.js'
import type { Authentication } from './settings.js'

const USES: Readonly<Record<Exclude<Authentication, 'none'>, SecretUse>> = {
  bearer: 'bearer',
  'shared-secret': 'header',
  signature: 'signature',
  header: 'header',
  basic: 'basic',
}

/** What a source does with its secret; null when it needs none, or is set in a way that is not known here. */
export const useOf = (auth: string): SecretUse | null =>
  Object.hasOwn(USES, auth) ? USES[auth as keyof typeof USES] : null

/**
 * The secret of a source as it is used.
 * @throws AutomationError `secret_invalid` when nobody could ever authenticate with it, or anybody
 */
export function judgedFor(auth: Exclude<Authentication, 'none'>, secret: Secret): Secret {
  return judged(secret, USES[auth], 'The secret of the source, with which senders authenticate,')
}
