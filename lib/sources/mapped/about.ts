import type { IncomingHttpHeaders } from 'node:http'
import { MASK } from '../../secrets/secret.js'

/** What a mapping sees of a request beside its body. */
export interface About {
  readonly headers: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string | string[]>>
}

/** Headers by which senders prove themselves to whomever; no event needs them. */
const CREDENTIALS =
  /authorization|cookie|secret|token|signature|(?:api|auth|access|functions|subscription)[-_]?key|passw|credential|assertion|jwt|(?:^|[-_])(?:auth|sig)$|^key$/i

/**
 * Headers in small letters, and the query; what could be a credential is masked by its name. What the source's own secret
 * is, in whatever header, whoever calls masks in the whole text.
 * @param target of the request: path and query
 * @param own name of the header in which the source's secret comes, if there is one
 */
export function aboutRequest(headers: IncomingHttpHeaders, target: string, own: string | null): About {
  const isCredential = (name: string) => CREDENTIALS.test(name) || name === own?.toLowerCase()
  const shown: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) shown[name] = isCredential(name) ? MASK : String(value)
  }
  return { headers: shown, query: queryOf(target, isCredential) }
}

function queryOf(target: string, isCredential: (name: string) => boolean): About['query'] {
  const start = target.indexOf('?')
  const query: Record<string, string | string[]> = Object.create(null)
  if (start < 0) return query
  for (const [name, given] of new URLSearchParams(target.slice(start + 1))) {
    const value = isCredential(name) ? MASK : given
    const known = query[name]
    query[name] = known === undefined ? value : [known, value].flat()
  }
  return query
}
