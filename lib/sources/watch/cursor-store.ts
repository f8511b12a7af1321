import type { Dispatcher } from '../../inbox/dispatcher.js'
import { hearingOf } from '../hearing.js'
import type { WatchStore } from './store.js'

const keyOf = (source: string) => `watch/${source}`

/**
 * Keeps what a watch has seen as a cursor of the embedded store; its events go to the automations as soon as they are stored.
 * @param kind of the source
 */
export function watchStore(dispatcher: Pick<Dispatcher, 'accept' | 'cursor'>, kind: string): WatchStore {
  return {
    async load(source) {
      const { value, parts } = await dispatcher.cursor(keyOf(source))
      return { revision: Number(value ?? 0), parts: new Map(parts) }
    },
    async commit({ source, expected, next, parts, events, unseenFor }) {
      const before = expected === 0 ? null : String(expected)
      const cursor = { key: keyOf(source), expected: before, next: String(next), parts }
      await dispatcher.accept(source, events, { cursor, ...hearingOf(kind, 'watched', unseenFor) })
    },
  }
}
