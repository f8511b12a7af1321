// RFC 3339, section 5.6: full-date "T" full-time, where T and Z may be small letters.
const DATE_TIME =
  /^(\d{4})-(\d{2})-(\d{2})[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(?:\.\d+)?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/

const MINUTES_A_DAY = 24 * 60

/** Of the months, in years without a leap day. */
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Whether `text` is an RFC 3339 date and time, such as `2026-11-23T10:00:00Z`: of a day that exists, with a zone. */
export function isDateTime(text: string): boolean {
  const found = DATE_TIME.exec(text)
  if (!found) return false
  if (!isDay(Number(found[1]), Number(found[2]), Number(found[3]))) return false
  if (found[6] !== '60') return true
  const [hour, minute, , sign, zoneHour, zoneMinute] = found.slice(4)
  // A leap second is the last of a day in UTC (RFC 3339, section 5.7).
  const zone = sign === undefined ? 0 : Number(`${sign}1`) * (Number(zoneHour) * 60 + Number(zoneMinute))
  const utc = Number(hour) * 60 + Number(minute) - zone
  return (utc + MINUTES_A_DAY) % MINUTES_A_DAY === MINUTES_A_DAY - 1
}

function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  return day <= (month === 2 && leap ? 29 : (DAYS[month - 1] ?? 0))
}
