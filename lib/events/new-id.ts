import { randomUUID } from 'node:crypto'

/**
 * The id of an event that came without one: a UUID of version 7 (RFC 9562, section 5.7), which begins with the time. New
 * ones stand together at the end of the store's indexes, where random ones each cost a page of their own on the disk.
 */
export function newEventId(now: Date): string {
  const time = hexTime(now.getTime())
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice('xxxxxxxx-xxxx-4'.length)}`
}

/** Unix milliseconds as twelve hexadecimal digits, which sort as the times do. */
export const hexTime = (ms: number): string => ms.toString(16).padStart(12, '0')

/** A UUID of version 7; the groups are its time. */
const VERSION_7 = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** The time that an id begins with, as twelve hexadecimal digits; empty when it is no UUID of version 7. */
export function timeIn(eventId: string): string {
  const found = VERSION_7.exec(eventId)
  return found ? `${found[1]}${found[2]}` : ''
}
