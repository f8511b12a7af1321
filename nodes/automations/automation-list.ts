/** A row of the list of automations, as far as it is filtered and sorted by. */
export interface ListedAutomation {
  readonly name: string
  readonly sentence: string
  readonly source: string
  readonly events: readonly string[]
  readonly webhooks: readonly string[]
  readonly states: readonly string[]
  readonly lastFiredAt: string | null
  readonly failed: number
  readonly fired: number
}

export interface AutomationFilter {
  readonly search: string
  readonly source: string
  readonly event: string
  readonly webhook: string
  readonly state: string
}

export function filtered<R extends ListedAutomation>(rows: readonly R[], filter: AutomationFilter): R[] {
  const words = filter.search.toLowerCase().split(/\s+/).filter(Boolean)
  return rows.filter((row) => {
    const has = (word: string) => row.name.toLowerCase().includes(word) || row.sentence.toLowerCase().includes(word)
    return (
      words.every(has) &&
      (filter.source === '' || row.source === filter.source) &&
      (filter.event === '' || row.events.includes(filter.event)) &&
      (filter.webhook === '' || row.webhooks.includes(filter.webhook)) &&
      (filter.state === '' || row.states.includes(filter.state))
    )
  })
}

export type SortKey = 'name' | 'state' | 'fired' | 'day'

export interface Sorting {
  readonly key: SortKey
  readonly direction: 'ascending' | 'descending'
}

/** Much faster than `localeCompare` where there are many. */
const { compare } = new Intl.Collator()

const COMPARE: Readonly<Record<SortKey, (a: ListedAutomation, b: ListedAutomation) => number>> = {
  name: (a, b) => compare(a.name, b.name),
  state: (a, b) => (a.states[0] ?? '').localeCompare(b.states[0] ?? ''),
  fired: (a, b) => (a.lastFiredAt ?? '').localeCompare(b.lastFiredAt ?? ''),
  day: (a, b) => a.failed - b.failed || a.fired - b.fired,
}

/** Rows that are equal stay in the order of their names. */
export function sorted<R extends ListedAutomation>(rows: readonly R[], { key, direction }: Sorting): R[] {
  const sign = direction === 'ascending' ? 1 : -1
  return [...rows].sort((a, b) => sign * COMPARE[key](a, b) || COMPARE.name(a, b))
}

/** The first click on a heading sorts as one usually wants it: names from A, times and failures from the most. */
export function sortedNext(now: Sorting, key: SortKey): Sorting {
  if (now.key === key) return { key, direction: now.direction === 'ascending' ? 'descending' : 'ascending' }
  return { key, direction: key === 'fired' || key === 'day' ? 'descending' : 'ascending' }
}
