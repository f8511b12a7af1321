/** The ways between nodes, by their ids. */
export interface Ways {
  readonly before: (id: string) => readonly string[]
  readonly after: (id: string) => readonly string[]
}

/**
 * What belongs to an automation alone: its trigger, and everything after it that gets messages from nowhere else. What
 * another node leads to as well is shared, and so is what comes after it.
 */
export function ownedNodes(trigger: string, { before, after }: Ways): { owned: string[]; shared: string[] } {
  const reached = new Set([trigger])
  for (const id of reached) for (const next of after(id)) reached.add(next)
  const shared = new Set<string>()
  const share = (id: string) => {
    if (id === trigger || shared.has(id)) return
    shared.add(id)
    for (const next of after(id)) share(next)
  }
  for (const id of reached) if (before(id).some((from) => !reached.has(from))) share(id)
  const all = [...reached]
  return { owned: all.filter((id) => !shared.has(id)), shared: all.filter((id) => shared.has(id)) }
}
