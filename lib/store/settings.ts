import { AutomationError } from '../error.js'

/** The saved properties of a `delivery-store`, as a form or a person left them. */
export interface StoreSettings {
  readonly backend?: unknown
  /** The file; empty for the embedded store. */
  readonly path?: unknown
  readonly retentionDays?: unknown
}

export interface StorePlan {
  readonly path: string
  readonly retentionDays: number
}

export const LONGEST_RETENTION_DAYS = 3650
export const USUAL_RETENTION_DAYS = 30

/** Days of a text or a number; null when it is not a number of days that a store can keep things for. */
export function retentionDays(value: unknown): number | null {
  const text = String(value ?? '').trim()
  if (text === '') return USUAL_RETENTION_DAYS
  const days = Number(text)
  return Number.isInteger(days) && days >= 1 && days <= LONGEST_RETENTION_DAYS ? days : null
}

/** @throws AutomationError `store_invalid`: what waits must not go into another store than the one that was meant */
export function planStore({ backend, path, retentionDays: days }: StoreSettings): StorePlan {
  if ((backend ?? 'sqlite') !== 'sqlite') {
    throw storeInvalid(`its backend is ${JSON.stringify(backend)}, and the only one is "sqlite"`)
  }
  const keep = retentionDays(days)
  if (keep === null) throw storeInvalid(`the days to keep must be a whole number from 1 to ${LONGEST_RETENTION_DAYS}`)
  // what waits must not go into another store than the one that was meant
  if (typeof (path ?? '') !== 'string') throw storeInvalid('its path is no text')
  return { path: (path ?? '') as string, retentionDays: keep }
}

export const storeInvalid = (reason: string) =>
  new AutomationError('store_invalid', `The delivery store cannot be used: ${reason}. Deliveries wait until then.`)
