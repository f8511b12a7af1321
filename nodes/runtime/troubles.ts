import { PAUSED_BY_HAND } from '../../lib/engine/options.js'
import type { SourceStates } from '../../lib/sources/states.js'
import { deployedOf } from './deployed.js'
import type { Trouble } from './news.js'
import type { StorePool } from './store-pool.js'
import type { WebhookRuntime } from './webhook-runtime.js'

type API = Parameters<typeof deployedOf>[0]

interface Process {
  readonly stores: Pick<StorePool, 'all'>
  readonly webhooks: ReadonlyMap<string, Pick<WebhookRuntime, 'problem' | 'stores'>>
  readonly sources: Pick<SourceStates, 'of'>
}

/** The webhooks that cannot send or were given up, and the sources that bring nothing; what a person paused is none. */
export async function troublesOf(
  RED: API,
  { stores, webhooks: running, sources: states }: Process,
): Promise<Trouble[]> {
  const engines = await stores.all()
  const metrics = (await Promise.all(engines.map((engine) => engine.metrics()))).flatMap(({ webhooks }) => webhooks)
  const webhooks = Array.from(running, ([id, runtime]): Trouble | null => {
    const own = metrics.filter((one) => one.id === id)
    const standing = own.flatMap((one) => one.standing ?? [])
    if (runtime.problem ?? runtime.stores.own.problem) return { kind: 'webhook', id, state: 'broken' }
    const paused = standing.find(({ state }) => state === 'paused')
    if (paused) return paused.reason === PAUSED_BY_HAND ? null : { kind: 'webhook', id, state: 'paused' }
    if (standing.some(({ state }) => state === 'resting')) return { kind: 'webhook', id, state: 'resting' }
    return own.some(({ gaveUp }) => gaveUp) ? { kind: 'webhook', id, state: 'gives-up' } : null
  })
  const sources = deployedOf(RED, 'artifact-source').map(({ id, d }): Trouble | null => {
    const { problem, watch } = states.of(id)
    const failing = problem !== null || watch?.kind === 'failing'
    return failing && !d ? { kind: 'source', id, state: 'failing' } : null
  })
  return [...webhooks, ...sources].filter((trouble) => trouble !== null)
}
