import type { ArtifactEvent } from '../../../../dist/lib/events/event.js'
import type { HubWorld, Repo } from '../../../standin/hub/server.mts'

/** Repositories as somebody knows them who was told every event, and nothing else. */
export class Retold {
  /** Commits by the repository's id and the ref: `main`, or a git tag. */
  readonly refs = new Map<string, string>()
  /** What was said twice, out of order, or of what is not there. */
  readonly wrong: string[] = []

  tell(events: readonly ArtifactEvent[]): void {
    for (const event of events) if (!this.#isRight(event)) this.wrong.push(`${event.event_type} ${event.event_id}`)
  }

  #isRight({ event_type, event_id, artifact_metadata }: ArtifactEvent): boolean {
    const [, repo = '', ref = '', from = '', to = ''] =
      /^(\w+):(?:refs\/heads\/(?=main)|refs\/tags\/)?([^:]+)(?::(\w*)\.\.(\w*).*)?$/.exec(event_id) ?? []
    if (event_type === 'UNLINK_ARTIFACT') return this.refs.delete(`${repo} main`)
    const key = `${repo} ${ref}`
    const { revision } = artifact_metadata as { revision: string }
    const isKnown = (this.refs.get(key) ?? '') === from && revision === (to || from)
    if (to === '') this.refs.delete(key)
    else this.refs.set(key, to)
    return isKnown
  }
}

/** What is there. */
export const refsOf = ({ repos }: HubWorld): Map<string, string> =>
  new Map(
    repos.flatMap(({ id, commits, tags }) => [
      [`${id} main`, commits.at(-1)?.id ?? ''] as const,
      ...[...tags].map(([tag, commit]) => [`${id} ${tag}`, commit] as const),
    ]),
  )

let names = 0

/** Does something that a person could do. */
export function move(world: HubWorld, random: (below: number) => number): void {
  const repo = world.repos[random(world.repos.length)]
  const kind = random(16)
  const type = (['model', 'dataset', 'space'] as const)[random(3)] as Repo['type']
  const isFree = (name: string) => !world.repos.some((each) => each.name === name && each.type === type)
  names += 1
  // names of a day long gone come again
  const name = random(3) === 0 ? `acme/again-${random(3)}` : `acme/repo-${names}`
  if (!repo || kind < 2) {
    if (isFree(name)) world.create(name, type)
  } else if (kind === 2) world.delete(repo)
  else if (kind === 3) world.rename(repo, `acme/renamed-${names}`)
  else if (kind < 8) world.commit(repo)
  else if (kind < 13) world.tag(repo, `t${random(3)}`, repo.commits[random(repo.commits.length)]?.id)
  else repo.tags.delete(`t${random(3)}`)
}
