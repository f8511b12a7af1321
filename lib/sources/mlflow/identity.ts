import type { Asking } from '../watch/items.js'
import type { Comparison } from './compare.js'
import type { SeenModel } from './seen.js'
import type { Finds } from './sight.js'
import type { Registered } from './state.js'

/**
 * Finds out who is who: a model keeps the time of its making when it gets another name, and one that was made anew under an
 * old name has another. What has another name only is told nothing of, as MLflow's webhooks tell nothing.
 * @param isWhole whether `seen` is all that there is
 */
export async function settleNames(
  { api, known, comparison, asking }: { api: Finds; known: Registered; comparison: Comparison; asking: Asking },
  seen: ReadonlyMap<string, SeenModel>,
  isWhole: boolean,
): Promise<void> {
  const strangers = [...seen.values()].filter(({ name, created }) => known.model(name)?.created !== created)
  if (strangers.length > 0) {
    const moves = await movesOf(strangers)
    for (const to of moves.values()) if (known.model(to) && !moves.has(to)) comparison.modelGone(to)
    known.rename(moves)
    for (const model of strangers) {
      const there = known.model(model.name)
      if (there?.created === model.created) continue
      if (there) comparison.modelGone(model.name)
      comparison.admit(model)
    }
  }

  /** New names by the old ones. */
  async function movesOf(strangers: readonly SeenModel[]): Promise<Map<string, string>> {
    const wanted = new Set(strangers.map(({ created }) => created))
    const candidates = known.names().filter((name) => wanted.has(known.model(name)?.created ?? -1))
    const moves = new Map<string, string>()
    for (const { name: to, created } of strangers) {
      for (const from of candidates) {
        if (moves.has(from) || known.model(from)?.created !== created || seen.get(from)?.created === created) continue
        if (!isWhole && !seen.has(from) && (await api.find(from, asking)) !== 'gone') continue
        moves.set(from, to)
        break
      }
    }
    return moves
  }
}
