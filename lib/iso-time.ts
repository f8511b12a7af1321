let last = { second: Number.NaN, text: '' }

/**
 * A time as RFC 3339 has it, in UTC and with milliseconds: what `Date.prototype.toISOString` gives. That one asks the C
 * library to format each number, which was a fortieth of all work of an event; the times of an event share a second.
 * @param at Unix time in whole milliseconds
 * @throws RangeError when it is no time that a Date can have
 */
export function isoTime(at: number): string {
  const second = Math.floor(at / 1000)
  if (second !== last.second) last = { second, text: new Date(second * 1000).toISOString().slice(0, -'000Z'.length) }
  return `${last.text}${String(at - second * 1000).padStart(3, '0')}Z`
}
