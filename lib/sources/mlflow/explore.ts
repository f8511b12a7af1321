import type { Exploration } from '../kind.js'
import type { Asking } from '../watch/items.js'
import { eachPage } from '../watch/pages.js'
import { Skips } from '../watch/skips.js'
import type { Page, SeenModel } from './seen.js'

/** So many pages of models are offered in the dialogs. */
const PAGES = 5

/** What there is to choose from: the one place that the source gives its events, and the names of models. */
export async function exploreModels(
  { entity, project }: { readonly entity: string; readonly project: string },
  server: string,
  list: (token: string | null, asking: Asking) => Promise<Page<SeenModel>>,
  signal: AbortSignal,
): Promise<Exploration> {
  const skips = new Skips()
  const collections: string[] = []
  const asking = { signal, onSkip: skips.note }
  await eachPage<Page<SeenModel>>(
    (token) => list(token, asking),
    ({ items }) => {
      collections.push(...items.map(({ name }) => name))
    },
    { most: PAGES, signal },
  )
  return {
    username: '',
    server,
    organizations: [],
    entities: [{ name: entity }],
    projects: [{ entity, name: project }],
    registries: [],
    collections: collections.sort(),
    unseen: 0,
    skipped: skips.all,
  }
}
