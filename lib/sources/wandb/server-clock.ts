/**
 * A remembered time that what is new comes after. When the server's clock was set back behind it, the last look takes
 * its place: or all that is new would look old. All in Unix milliseconds by the server's clock; `lastLook` is 0 when there was none.
 */
export function heldBack(at: number, { serverTime, lastLook }: { serverTime: number; lastLook: number }): number {
  if (at <= serverTime) return at
  return lastLook > 0 && lastLook < serverTime ? lastLook : serverTime
}
