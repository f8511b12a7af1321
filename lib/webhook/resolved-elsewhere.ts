import type { LookupFunction } from 'node:net'
import { isIP } from 'node:net'
import type { buildConnector } from 'undici'
import { AutomationError } from '../error.js'
import { type AddressPolicy, normalHost } from './address.js'
import { guardedLookup } from './lookup.js'

/** Milliseconds: behind a proxy names are often known to nobody but the proxy, and nobody may answer for long. */
const PATIENCE = 2_000

/** Milliseconds for which an answer holds. */
const FRESH = 30_000

type Wrap = (connect: buildConnector.connector) => buildConnector.connector

/**
 * A proxy looks the endpoint's name up itself, so what it dials cannot be known. What this machine can find out is
 * judged all the same: a name that leads to a forbidden address from here is not asked for.
 */
export function judgedHere(policy: AddressPolicy, lookup: LookupFunction, { hostname }: URL): Wrap {
  if (isIP(normalHost(hostname)) !== 0) return (connect) => connect
  const guarded = guardedLookup(policy, lookup)
  let verdict: { readonly refusal: Error | null; readonly at: number } | null = null

  function judge(done: (refusal: Error | null) => void): void {
    if (verdict !== null && performance.now() - verdict.at < FRESH) {
      done(verdict.refusal)
      return
    }
    let open = true
    const settle = (refusal: Error | null) => {
      if (!open) return
      open = false
      clearTimeout(timer)
      verdict = { refusal, at: performance.now() }
      done(refusal)
    }
    const timer = setTimeout(() => settle(null), PATIENCE)
    guarded(hostname, { all: true }, (error) => settle(error instanceof AutomationError ? error : null))
  }

  return (connect) => (endpoint, callback) => {
    judge((refusal) => {
      if (refusal) callback(refusal, null)
      else connect(endpoint, callback)
    })
  }
}
