/** Texts of times, in one zone: that of the browser. */
export interface Times {
  readonly zone: string
  /** Today the time alone, this year day and time, else the year too. */
  short(at: string, now: Date): string
  /** Everything, to the second. */
  full(at: string): string
}

/** @param locale undefined: the browser's own */
export function timesIn(zone: string | undefined, locale: string | undefined): Times {
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { ...options, ...(zone !== undefined && { timeZone: zone }) })
  const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const
  const day = format({ dateStyle: 'short' })
  const year = format({ year: 'numeric' })
  const [today, thisYear, older, full] = [
    format(clock),
    format({ month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
    format({ year: 'numeric', month: 'short', day: 'numeric' }),
    format({ year: 'numeric', month: 'short', day: 'numeric', ...clock, timeZoneName: 'short' }),
  ]
  return {
    zone: zone ?? full.resolvedOptions().timeZone,
    short(at, now) {
      const date = new Date(at)
      if (day.format(date) === day.format(now)) return today.format(date)
      return (year.format(date) === year.format(now) ? thisYear : older).format(date)
    },
    full: (at) => full.format(new Date(at)),
  }
}

/** What a field for a local date and time holds, as an instant; undefined when it is empty or none. */
export function instantOf(local: string): string | undefined {
  const at = new Date(local)
  return local === '' || Number.isNaN(at.getTime()) ? undefined : at.toISOString()
}

const STEPS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
] as const

/** A time that something took or waits, in its largest unit: `340 ms`, `12 s`, `3 h`. */
export function lengthOf(ms: number): string {
  const [size, unit] = STEPS.find(([size]) => ms >= size) ?? [1, 'ms']
  return `${Math.round(ms / size)} ${unit}`
}
