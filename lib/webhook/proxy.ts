import { BlockList, isIP } from 'node:net'
import { AutomationError } from '../error.js'
import { Secret } from '../secrets/secret.js'
import { type AddressPolicy, normalHost, parseAddressPolicy } from './address.js'
import { invalid } from './invalid.js'
import { isRange } from './ip.js'

/** What Node-RED's `http proxy` node holds, or the environment. */
export interface ProxySettings {
  /** `http:`, `https:` or `socks5:` */
  readonly url: string
  /** Hosts that are called directly: names (with all below them), addresses, CIDR ranges, each with or without a port; `*` for all. */
  readonly noproxy?: readonly string[]
  readonly username?: string
  readonly password?: string
  /** Whether the operator set it, in the environment, and not somebody who edits flows. */
  readonly operators?: boolean
}

export interface ProxyHop {
  /** Without user name and password. */
  readonly url: URL
  readonly username: string
  readonly password: Secret
  readonly operators: boolean
}

/** The operator's own proxy stands in their own network, whatever webhooks may call; but metadata is no proxy in any mode. */
const OPERATORS_POLICY = parseAddressPolicy('lan')

/** Where a proxy may be: one of a flow where webhooks may go, or where the operator says that proxies are. */
export const hopPolicy = (policy: AddressPolicy, { operators }: Pick<ProxyHop, 'operators'>): AddressPolicy =>
  operators ? OPERATORS_POLICY : (policy.proxies ?? policy)

/**
 * @param target the webhook's URL
 * @returns null when the target is to be called directly
 * @throws AutomationError `webhook_invalid` when the proxy's URL cannot be used, `address_blocked` when it leads where
 *   nothing may be called
 */
export function compileProxy(settings: ProxySettings, target: URL): ProxyHop | null {
  if (settings.noproxy?.some((entry) => exempts(entry, target))) return null
  let url: URL
  try {
    url = new URL(settings.url.trim())
  } catch {
    throw invalid(
      'The URL of the proxy cannot be read. It looks like http://proxy.example.com:3128.',
      'proxy URL unreadable',
    )
  }
  if (!['http:', 'https:', 'socks5:', 'socks:'].includes(url.protocol) || url.hostname === '') {
    throw invalid('The URL of the proxy must begin with http://, https:// or socks5://.', 'proxy URL')
  }
  url.hostname = hostOfHop(url)
  OPERATORS_POLICY.checkHost(url.hostname)
  const username = settings.username || decoded(url.username)
  const password = new Secret(settings.password || decoded(url.password))
  url.username = ''
  url.password = ''
  return { url, username, password, operators: settings.operators ?? false }
}

/**
 * @throws AutomationError `address_blocked` when a proxy is named where the policy allows none
 */
export function checkHop(policy: AddressPolicy, hop: ProxyHop): void {
  try {
    hopPolicy(policy, hop).checkHost(hop.url.hostname)
  } catch (refusal) {
    if (!(refusal instanceof AutomationError)) throw refusal
    throw new AutomationError(
      'address_blocked',
      `The proxy is where none may be: ${refusal.message} Proxies alone may be named in artifactAutomations.proxies there.`,
      { statusText: 'proxy blocked', cause: refusal },
    )
  }
}

/** Only the parser of `http:` reads addresses in every spelling. */
const hostOfHop = (url: URL): string => new URL(`http://${url.host}`).hostname

/** A percent sign that stands for itself is no reason to refuse a password. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** An entry means the same in any spelling: `.example.com`, `*.example.com` and `example.com` are one. */
function exempts(entry: string, target: URL): boolean {
  const text = entry.trim().toLowerCase()
  if (text === '*') return true
  const host = normalHost(target.hostname)
  if (text.includes('/') && isRange(text)) return isIP(host) !== 0 && contains(text, host)
  const { name, port } = nameAndPort(text)
  if (port !== undefined && port !== (target.port || (target.protocol === 'https:' ? '443' : '80'))) return false
  const bare = normalHost(name.replace(/^\*?\./, ''))
  return bare !== '' && (host === bare || (isIP(host) === 0 && host.endsWith(`.${bare}`)))
}

/** `host`, `host:port`, `[address]:port`; an IPv6 address without brackets has no port. */
function nameAndPort(entry: string): { name: string; port: string | undefined } {
  const bracketed = entry.startsWith('[') ? entry.indexOf(']') + 1 : 0
  const colon = entry.indexOf(':', bracketed)
  const whole = colon === -1 || (bracketed === 0 && entry.includes(':', colon + 1))
  return whole ? { name: entry, port: undefined } : { name: entry.slice(0, colon), port: entry.slice(colon + 1) }
}

function contains(cidr: string, address: string): boolean {
  const [network = '', bits = ''] = cidr.split('/')
  const family = isIP(network) === 6 ? 'ipv6' : 'ipv4'
  const list = new BlockList()
  list.addSubnet(network, Number(bits), family)
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}
