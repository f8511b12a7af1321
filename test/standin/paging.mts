export interface PageArguments {
  readonly after?: string | null
  readonly first?: number | null
  /** Of the end instead of the beginning. */
  readonly last?: number | null
}

/** How many items a page has when nobody says, and at most. */
export const PAGE = { usual: 50, most: 1000 }

const cursorOf = (offset: number) => Buffer.from(`offset:${offset}`).toString('base64')

/**
 * A page of a list as it is at this moment. Cursors are offsets, as in many a server: what is inserted or deleted
 * between two pages shifts the second.
 */
export function connection<T, N>(items: readonly T[], { after, first, last }: PageArguments, node: (item: T) => N) {
  let start = 0
  if (after) {
    const match = Buffer.from(after, 'base64')
      .toString()
      .match(/^offset:(\d+)$/)
    if (!match) throw new Error('invalid cursor')
    start = Number(match[1])
  }
  const size = Math.min(first ?? last ?? PAGE.usual, PAGE.most)
  if (last && !first) start = Math.max(start, items.length - size)
  const page = items.slice(start, start + size)
  const end = start + page.length
  return {
    totalCount: items.length,
    edges: page.map((item, index) => ({ cursor: cursorOf(start + index + 1), node: node(item), item })),
    pageInfo: { endCursor: page.length > 0 ? cursorOf(end) : null, hasNextPage: end < items.length },
  }
}

/** Sorts by `+field` or `-field`; ties by id, so that every answer has one order. */
export function sorted<T extends { readonly id: number }>(
  items: readonly T[],
  order: string | null | undefined,
  fields: Readonly<Record<string, (item: T) => number | string>>,
  usual: string,
): T[] {
  const match = (order ?? usual).match(/^([+-]?)([A-Za-z_]\w*)$/)
  const field = match ? fields[match[2] ?? ''] : undefined
  if (!match || !field) throw new Error(`invalid order: ${order}`)
  const sign = match[1] === '-' ? -1 : 1
  return [...items].sort((left, right) => {
    const a = field(left)
    const b = field(right)
    return sign * (a < b ? -1 : a > b ? 1 : left.id - right.id)
  })
}
