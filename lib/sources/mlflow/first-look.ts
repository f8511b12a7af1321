import { SourceFailure } from '../watch/failure.js'
import { eachPage } from '../watch/pages.js'
import type { Poll } from '../watch/poller.js'
import type { MlflowApi } from './api.js'
import type { Comparison } from './compare.js'
import type { Page, SeenModel, SeenVersion } from './seen.js'
import type { Registered } from './state.js'

const WITHOUT_END = new SourceFailure(
  'source_answer_unexpected',
  'MLflow’s list has no end: its pages come again, or there are more than anybody could read.',
  { statusText: 'list without end', remedy: 'back-off' },
)

/** Takes over everything that is there, and tells nothing of it. */
export async function firstLook(api: MlflowApi, known: Registered, first: Comparison, poll: Poll): Promise<void> {
  // in pieces, so that not everything is in memory at once
  const store = () => {
    known.flush()
    return poll.commit()
  }
  // a first look that was interrupted
  for (const name of known.names()) known.remove(name)
  let since = 0
  const models = await eachPage<Page<SeenModel>>(
    (token) => api.models('name', token, poll),
    async ({ items, serverTime }) => {
      since ||= serverTime
      for (const model of items) {
        first.admit(model)
        const { name, updated } = model
        const admitted = known.model(name)
        if (admitted) known.setModel(name, { ...admitted, updated })
      }
      await store()
    },
    { signal: poll.signal },
  )
  let top = 0
  const versions = await eachPage<Page<SeenVersion>>(
    (token) => api.versions({ order: 'name' }, token, poll),
    async ({ items }) => {
      for (const version of items) {
        first.version(version)
        top = Math.max(top, version.updated)
      }
      await store()
    },
    { signal: poll.signal },
  )
  if (models === 'cut' || versions === 'cut') throw WITHOUT_END
  known.whole = { since, top }
}
