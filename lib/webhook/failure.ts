import { AutomationError } from '../error.js'
import type { Webhook } from './compile.js'
import { LookupError } from './lookup.js'

/** Why an attempt has no answer. The sentence names the host and the cause's code. */
export interface Failure {
  readonly code: 'timeout' | 'network' | 'tls' | 'dns' | 'address_blocked'
  readonly message: string
  /** The proxy is to blame, not the endpoint: the delivery keeps its place in the schedule. */
  readonly proxyFault: boolean
}

/** The whole attempt took longer than the webhook's timeout. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'
}

/** An answer that is not HTTP as we know it. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
}

/** Node.js's and OpenSSL's codes for what can go wrong with TLS. */
const TLS_CODE =
  /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|EPROTO$|CERT_|CRL_|ERROR_IN_C|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|HOSTNAME_MISMATCH|UND_ERR_PRX_TLS)/

const TLS_WORDS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'has a certificate that has expired',
  CERT_NOT_YET_VALID: 'has a certificate that is not valid yet; check this machine’s clock',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'has a self-signed certificate; choose a TLS configuration with that certificate as CA',
  SELF_SIGNED_CERT_IN_CHAIN: 'has a certificate of an unknown authority; choose a TLS configuration with its CA',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'has a certificate of an unknown authority; choose a TLS configuration with its CA',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'has a certificate of an unknown authority; choose a TLS configuration with its CA',
  ERR_TLS_CERT_ALTNAME_INVALID: 'has a certificate for another name',
  ERR_SSL_WRONG_VERSION_NUMBER: 'does not speak TLS on that port; is its URL one with http://?',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'does not speak TLS on that port; is its URL one with http://?',
}

const NETWORK_WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: 'closed the connection before it answered',
  EPIPE: 'closed the connection before it answered',
  UND_ERR_SOCKET: 'closed the connection before it answered',
  EHOSTUNREACH: 'cannot be reached from this machine',
  ENETUNREACH: 'cannot be reached from this machine',
  UND_ERR_HEADERS_OVERFLOW: 'sent more than 16 KiB of headers',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'sent an answer that contradicts itself about its length',
}

/** Codes that, with a proxy in between, are about the way to the proxy. */
const PROXY_CODE =
  /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT|UND_ERR_PRX_|UND_ERR_SOCKS5_(VERSION|AUTH))/

/** Turns whatever a connection failed with into a code and a sentence. */
export function describeFailure(
  error: unknown,
  { url, proxy, timeoutMs }: Pick<Webhook, 'url' | 'proxy' | 'timeoutMs'>,
): Failure {
  if (error instanceof AutomationError && error.code === 'address_blocked') {
    return { code: 'address_blocked', message: error.message, proxyFault: false }
  }
  if (error instanceof DeadlineError) {
    const message = `${url.host} did not answer within ${timeoutMs / 1000} s (timeout).`
    return { code: 'timeout', message, proxyFault: false }
  }
  if (error instanceof ProtocolError) {
    return { code: 'network', message: `${url.host} ${error.message}.`, proxyFault: false }
  }
  const code = codeOf(error)
  const text = error instanceof Error ? error.message : ''
  const refusedByProxy = proxy && /\(407\)|proxy authentication required/i.test(text)
  const proxyFault = Boolean(proxy && (error instanceof LookupError || PROXY_CODE.test(code) || refusedByProxy))
  const host = proxyFault && proxy ? `The proxy ${proxy.url.host}` : url.host
  const because = (code: Failure['code'], words: string, cause: string): Failure => {
    return { code, message: `${host} ${words} (${cause}).`, proxyFault }
  }
  if (refusedByProxy) return because('network', 'asks for a user name and password', '407')
  if (error instanceof LookupError) return because('dns', 'could not be found by its name', code)
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT')
    return because('timeout', 'did not let us connect in time', code)
  if (TLS_CODE.test(code)) return because('tls', TLS_WORDS[code] ?? 'did not agree on a secure connection', code)
  const tunnel = /^Proxy response \((\d+)\)/.exec(text)?.[1]
  if (tunnel) return because('network', 'could not be reached by the proxy', `CONNECT answered ${tunnel}`)
  if (code.startsWith('HPE_') || code === 'HTTPParserError')
    return because('network', 'did not answer in proper HTTP', code)
  return because('network', NETWORK_WORDS[code] ?? 'could not be called', code)
}

/** The first code in a chain of causes. */
function codeOf(error: unknown): string {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; current = current.cause, depth++) {
    const { code } = current as NodeJS.ErrnoException
    if (typeof code === 'string') return code
  }
  return error instanceof Error ? error.name : 'unknown'
}
