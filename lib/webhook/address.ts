import { isIP } from 'node:net'
import { AutomationError } from '../error.js'
import { METADATA_NAMES, NEVER, NOT_PUBLIC } from './address-ranges.js'
import { embeddedIPv4, isRange, plainAddress, RangeTable } from './ip.js'

/** Which machines may be called. Set by the operator, so a person who edits flows cannot loosen it. */
export interface AddressPolicy {
  /**
   * Judges a URL's host name before anything is looked up.
   * @param options.resolvedElsewhere a proxy will look the name up, so this is the only look at it
   * @throws AutomationError `address_blocked`
   */
  checkHost(hostname: string, options?: { resolvedElsewhere?: boolean }): void
  /**
   * Judges what a name stands for.
   * @returns the addresses that may be dialled, never none
   * @throws AutomationError `address_blocked`
   */
  checkAddresses<Address extends string>(hostname: string, addresses: readonly Address[]): Address[]
  /** What holds for proxies that flows name; this very policy by default. */
  readonly proxies?: AddressPolicy
}

/** `leave out`: another address of the same name may be dialled. `refuse`: a name that has this one is not to be trusted. */
type Verdict = { readonly verdict: 'ok' } | { readonly verdict: 'leave out' | 'refuse'; readonly why: string }
const OK: Verdict = { verdict: 'ok' }

const never = new RangeTable(NEVER)
const notPublic = new RangeTable(NOT_PUBLIC)

/**
 * @param value `lan` (private networks and this machine may be called), `public` (they may not), or the only host
 *   names (`*.example.com` for all below), addresses and CIDR ranges that may
 * @param proxies host names, addresses and CIDR ranges that may be called as proxies besides
 * @throws AutomationError `address_policy_invalid` in words
 */
export function parseAddressPolicy(
  value: 'lan' | 'public' | readonly string[],
  proxies: readonly string[] = [],
): AddressPolicy {
  const policy = policyOf(value)
  if (!Array.isArray(proxies)) throw unusable(`it is ${JSON.stringify(proxies)}`, 'proxies')
  if (proxies.length === 0) return policy
  const { checkHost, checkAddresses } = policy
  return {
    checkHost: checkHost.bind(policy),
    checkAddresses: checkAddresses.bind(policy),
    proxies: new Either(policy, listPolicy(proxies, 'proxies')),
  }
}

function policyOf(value: 'lan' | 'public' | readonly string[]): Policy {
  if (value === 'lan') return new Policy([], (address) => judge(address, false))
  if (value === 'public') return new Policy([], (address) => judge(address, true), isThisMachine)
  if (!Array.isArray(value)) throw unusable(`it is ${JSON.stringify(value)}`)
  return listPolicy(value)
}

function listPolicy(list: readonly unknown[], setting?: 'proxies'): Policy {
  const entries = list.map((entry) => entryOf(entry, setting))
  const listed = new RangeTable(entries.filter(isRange).map((range) => [range, 'listed']))
  const names = entries.filter((entry) => !isRange(entry))
  const unlisted: Verdict = { verdict: 'leave out', why: 'it is not in the list of allowed addresses' }
  return new Policy(
    names,
    (address, named) => (listed.find(address) ? OK : named ? judge(address, false) : unlisted),
    (hostname) => (matches(names, hostname) ? null : 'it is not in the list of allowed hosts'),
  )
}

class Policy implements AddressPolicy {
  readonly #names: readonly string[]
  readonly #judge: (address: string, named: boolean) => Verdict
  readonly #judgeName: (hostname: string) => string | null

  /**
   * @param names host names that are allowed as such
   * @param judgeAddress `named`: the host's name is one of them
   * @param judgeName why a name may not be called when somebody else will look it up
   */
  constructor(
    names: readonly string[],
    judgeAddress: (address: string, named: boolean) => Verdict,
    judgeName: (hostname: string) => string | null = () => null,
  ) {
    this.#names = names
    this.#judge = judgeAddress
    this.#judgeName = judgeName
  }

  checkHost(hostname: string, { resolvedElsewhere = false } = {}): void {
    const host = normalHost(hostname)
    if (isIP(host) !== 0) {
      this.checkAddresses(host, [host])
      return
    }
    // a short name may be anything of the local network; whoever looks it up elsewhere cannot tell
    if (METADATA_NAMES.includes(host) && (resolvedElsewhere || host.includes('.'))) {
      throw blocked(host, null, 'it is cloud metadata')
    }
    const why = resolvedElsewhere ? this.#judgeName(host) : null
    if (why) throw blocked(host, null, why)
  }

  checkAddresses<Address extends string>(hostname: string, addresses: readonly Address[]): Address[] {
    const host = normalHost(hostname)
    const named = matches(this.#names, host)
    const allowed: Address[] = []
    let refusal: AutomationError | null = null
    for (const address of addresses) {
      const verdict = this.#judge(plainAddress(address), named)
      if (verdict.verdict === 'ok') allowed.push(address)
      else {
        refusal ??= blocked(host, plainAddress(address), verdict.why)
        if (verdict.verdict === 'refuse') throw refusal
      }
    }
    if (allowed.length === 0 && refusal) throw refusal
    return allowed
  }
}

/** What one of two policies allows. */
class Either implements AddressPolicy {
  readonly #first: AddressPolicy
  readonly #second: AddressPolicy

  constructor(first: AddressPolicy, second: AddressPolicy) {
    this.#first = first
    this.#second = second
  }

  checkHost(hostname: string): void {
    this.#ask((policy) => policy.checkHost(hostname))
  }

  checkAddresses<Address extends string>(hostname: string, addresses: readonly Address[]): Address[] {
    return this.#ask((policy) => policy.checkAddresses(hostname, addresses))
  }

  #ask<Answer>(question: (policy: AddressPolicy) => Answer): Answer {
    try {
      return question(this.#first)
    } catch (refusal) {
      try {
        return question(this.#second)
      } catch {
        throw refusal
      }
    }
  }
}

function judge(address: string, publicOnly: boolean): Verdict {
  const inside = embeddedIPv4(address)
  const find = (table: RangeTable) => [address, ...inside].map((each) => table.find(each)).find(Boolean) ?? null
  const what = find(never) ?? (publicOnly ? find(notPublic) : null)
  if (!what) return OK
  // names of the local network (mDNS) come with link-local addresses beside the one that works
  return { verdict: what === 'link-local' ? 'leave out' : 'refuse', why: `it is ${what}` }
}

function isThisMachine(hostname: string): string | null {
  return matches(['localhost', '*.localhost'], hostname) ? 'it is this machine' : null
}

/** Lower case, no brackets, no final dot; an address in its usual spelling. */
export function normalHost(hostname: string): string {
  const host = hostname.toLowerCase().replace(/\.$/, '')
  return isIP(plainAddress(host)) === 0 ? host : plainAddress(host)
}

/** `*.example.com` stands for every name below example.com, not for itself. */
function matches(names: readonly string[], hostname: string): boolean {
  return names.some((name) => (name.startsWith('*.') ? hostname.endsWith(name.slice(1)) : hostname === name))
}

function entryOf(entry: unknown, setting?: 'proxies'): string {
  if (typeof entry !== 'string') throw unusable(`${JSON.stringify(entry)} is not text`, setting)
  const text = normalHost(entry.trim())
  if (isRange(text)) return text
  if (!/^(?:\*\.)?(?:[a-z0-9_-]+\.)*[0-9]*[a-z_-][a-z0-9_-]*$/.test(text)) {
    const reason = `${JSON.stringify(entry)} is neither a host name (without port), an address nor a CIDR range`
    throw unusable(reason, setting)
  }
  return text
}

function unusable(reason: string, setting: 'addressPolicy' | 'proxies' = 'addressPolicy'): AutomationError {
  const words = setting === 'proxies' ? '' : `'lan', 'public' or `
  return new AutomationError(
    'address_policy_invalid',
    `artifactAutomations.${setting} in settings.js must be ${words}a list of host names, addresses and CIDR ranges: ${reason}.`,
  )
}

function blocked(host: string, address: string | null, why: string): AutomationError {
  const target = address === null || address === host ? host : `${host} (${address})`
  return new AutomationError(
    'address_blocked',
    `${target} may not be called: ${why}. The operator decides this by artifactAutomations.addressPolicy in settings.js.`,
  )
}
