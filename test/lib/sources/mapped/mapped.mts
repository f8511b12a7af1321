import type { ArtifactEvent } from '../../../../dist/lib/events/event.js'
import type { HttpSourceSettings } from '../../../../dist/lib/sources/http/settings.js'
import { Evaluator } from '../../../../dist/lib/sources/mapped/evaluate.js'
import { type MappedBy, readMapped } from '../../../../dist/lib/sources/mapped/read-mapped.js'
import { readPosted } from '../http/reading.mts'
import { NOW } from '../http/server.mts'
import { engine } from './engine.mts'

/** Evaluates in this thread, which is quick; that other threads do it as well is for their own tests. */
export const map: MappedBy['map'] = async (expression, input) => {
  const outcome = await new Evaluator(engine(), 1_000_000).evaluate(expression, input)
  if ('json' in outcome) return JSON.parse(outcome.json)
  throw new Error(outcome.problem.reason)
}

interface Posted {
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** What a source with this mapping makes of a request. */
export function readByMapping(
  mapping: string,
  { body, headers = {} }: Posted,
  settings: { readonly entity?: string; readonly project?: string; readonly format?: 'mapped' | 'cloudevents' } = {},
) {
  const all = { format: 'mapped', auth: 'none', headerName: '', entity: '', project: '', mapping, ...settings } as const
  const message = {
    headers: { 'content-type': 'application/json', ...headers },
    target: '/artifact-events?stage=a&stage=b',
    body: Buffer.from(JSON.stringify(body)),
    shown: (text: string) => text,
  }
  return readMapped(message, { settings: all, receivedAt: NOW, newId: () => 'new' }, { settings: all, map })
}

/** What a source makes of a request in whichever format it has. */
export async function readAny(
  { format, mapping, ...settings }: Pick<HttpSourceSettings, 'format' | 'mapping' | 'entity' | 'project'>,
  body: unknown,
): Promise<readonly ArtifactEvent[]> {
  if (format === 'mapped') return (await readByMapping(mapping, { body }, settings)).events
  return readPosted(format, body, settings).events
}
