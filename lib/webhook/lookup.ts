import type { LookupAddress } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import type { AddressPolicy } from './address.js'

/** A name that could not be turned into an address. */
export class LookupError extends Error {
  override readonly name = 'LookupError'
  /** The resolver's own code, `ENOTFOUND` or `EAI_AGAIN` mostly. */
  readonly code: string

  constructor(hostname: string, cause: NodeJS.ErrnoException) {
    super(`${hostname} could not be looked up`, { cause })
    this.code = cause.code ?? 'EAI_FAIL'
  }
}

type Answer = (error: Error | null, addresses: LookupAddress[]) => void

/**
 * A `lookup` for sockets that gives only addresses the policy allows: what was checked is what is dialled, so an
 * answer that changes from one look to the next gains nothing. Questions for one name at the same time are asked
 * once, because each takes one of the few threads that the system's resolver has.
 */
export function guardedLookup(policy: AddressPolicy, lookup: LookupFunction): LookupFunction {
  const asking = new Map<string, Answer[]>()

  function ask(hostname: string, answer: Answer): void {
    const waiting = asking.get(hostname)
    if (waiting) {
      waiting.push(answer)
      return
    }
    const answers = [answer]
    asking.set(hostname, answers)
    lookup(hostname, { all: true }, (error, result, family) => {
      asking.delete(hostname)
      const addresses = Array.isArray(result) ? result : [{ address: result, family: family ?? isIP(result) }]
      const outcome = error ? new LookupError(hostname, error) : allowed(hostname, addresses)
      for (const give of answers) outcome instanceof Error ? give(outcome, []) : give(null, outcome)
    })
  }

  function allowed(hostname: string, addresses: readonly LookupAddress[]): LookupAddress[] | Error {
    try {
      const kept = policy.checkAddresses(
        hostname,
        addresses.map(({ address }) => address),
      )
      if (kept.length === 0) return new LookupError(hostname, Object.assign(new Error(), { code: 'ENOTFOUND' }))
      return addresses.filter(({ address }) => kept.includes(address))
    } catch (error) {
      return error as Error
    }
  }

  return (hostname, options, callback) => {
    ask(hostname, (error, addresses) => {
      const first = addresses[0]
      if (error || !first) callback(error as NodeJS.ErrnoException, options.all ? [] : '', 0)
      else if (options.all) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}
