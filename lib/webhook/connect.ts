import type { LookupFunction } from 'node:net'
import { buildConnector, type Dispatcher, Pool, ProxyAgent, Socks5ProxyAgent } from 'undici'
import type { AddressPolicy } from './address.js'
import { lenient, passOverContinue } from './interim.js'
import { guardedLookup } from './lookup.js'
import { hopPolicy, type ProxyHop } from './proxy.js'
import { judgedHere } from './resolved-elsewhere.js'
import type { Tls } from './tls.js'

export interface ConnectionOptions {
  /** The endpoint that is called. */
  readonly url: URL
  readonly policy: AddressPolicy
  readonly lookup: LookupFunction
  readonly tls: Tls | null
  readonly proxy: ProxyHop | null
  /** For the connection with its handshakes; the whole attempt has a deadline of its own. */
  readonly timeoutMs: number
}

class ResetError extends Error {
  readonly code = 'ECONNRESET'

  constructor() {
    super('The connection was reset as soon as it was made.')
  }
}

/** More than any webhook's answer needs, and as much as Node.js's own client takes. */
const MAX_HEADER_BYTES = 16 * 1024

/** The one deadline of an attempt is the client's: undici's own time limits start anew with every byte. */
const LIMITS = { headersTimeout: 0, bodyTimeout: 0, maxHeaderSize: MAX_HEADER_BYTES, allowH2: false } as const

/** Connections for one endpoint, kept alive between its requests and shared with no other. */
export function connections({ url, policy, lookup, tls, proxy, timeoutMs }: ConnectionOptions): Dispatcher {
  const target = { ...tls, timeout: timeoutMs, allowH2: false }
  if (!proxy) return new Pool(url.origin, { ...LIMITS, connect: guarded(policy, lookup, target) })

  const hop = { timeout: timeoutMs, allowH2: false }
  const ofHop = hopPolicy(policy, proxy)
  const judge = judgedHere(policy, lookup, url)
  if (proxy.url.protocol.startsWith('socks')) {
    return new Socks5ProxyAgent(proxy.url, {
      ...LIMITS,
      ...(proxy.username && { username: proxy.username, password: proxy.password.reveal() }),
      connect: judge(withoutBrackets(guarded(ofHop, lookup, hop))),
      requestTls: target,
      connectTimeout: timeoutMs,
    })
  }
  const credentials = Buffer.from(`${proxy.username}:${proxy.password.reveal()}`).toString('base64')
  return new ProxyAgent({
    ...LIMITS,
    uri: proxy.url.href,
    ...(proxy.username && { token: `Basic ${credentials}` }),
    requestTls: target,
    proxyTls: { ...hop, lookup: guardedLookup(ofHop, lookup) },
    // Node-RED's own node tunnels everything through the machine's proxy
    ...(proxy.operators && { proxyTunnel: true }),
    factory: (origin, options) => {
      const { connect } = options as { connect: buildConnector.connector }
      return new Pool(origin, { ...LIMITS, ...options, connect: judge(lenient(connect)) })
    },
  })
}

/** undici asks a SOCKS proxy's connector for the host as it stands in the URL. */
function withoutBrackets(connect: buildConnector.connector): buildConnector.connector {
  return (endpoint, callback) => {
    const hostname = endpoint.hostname.replace(/^\[|\]$/g, '')
    connect({ ...endpoint, hostname, host: hostname }, callback)
  }
}

/**
 * The policy has been asked about the host already. It is asked twice more, because each question leaves a gap that
 * the next one closes: a literal address is never looked up, a name says nothing before it is, and only the connected
 * socket knows where it ended.
 */
function guarded(
  policy: AddressPolicy,
  lookup: LookupFunction,
  options: buildConnector.BuildOptions,
): buildConnector.connector {
  const connect = buildConnector({ ...options, lookup: guardedLookup(policy, lookup) })
  return (endpoint, callback) => {
    connect(endpoint, (error, socket) => {
      if (!socket) {
        callback(error as Error, null)
        return
      }
      try {
        // a connection that was reset at once has no address any more
        if (socket.remoteAddress === undefined) throw new ResetError()
        policy.checkAddresses(endpoint.hostname, [socket.remoteAddress])
        callback(null, passOverContinue(socket))
      } catch (refusal) {
        socket.destroy()
        callback(refusal as Error, null)
      }
    })
  }
}
