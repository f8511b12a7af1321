import type { Dispatcher } from '../../inbox/dispatcher.js'
import type { Twins } from '../twins.js'
import type { WatchStore } from './store.js'

const keyOf = (source: string) => `watch/${source}`

/** Keeps what a watch has seen as a cursor of the embedded store; its events go to the automations as soon as they are stored. */
export function watchStore(dispatcher: Pick<Dispatcher, 'cursor'>, twins: Pick<Twins, 'accept'>): WatchStore {
  return {
    async load(source) {
      const { value, parts } = await dispatcher.cursor(keyOf(source))
      return { revision: Number(value ?? 0), parts: new Map(parts) }
    },
    async commit({ source, expected, next, parts, events, seenSince }) {
      const before = expected === 0 ? null : String(expected)
      const cursor = { key: keyOf(source), expected: before, next: String(next), parts }
      await twins.accept(source, events, cursor, seenSince)
    },
  }
}
