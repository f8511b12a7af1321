import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AutomationError } from '../../lib/error.js'

export type Receiver = (request: IncomingMessage, response: ServerResponse) => Promise<void>

export interface IngestRoute {
  readonly source: string
  /** Below httpNodeRoot, as its source has it, and as it is compared. */
  readonly given: string
  readonly canonical: string
  readonly receive: Receiver
  /** It only asks senders to come again, and gives way to a source that works. */
  readonly refuses: boolean
  /** Its node was closed; the route goes when the flows have started again without it. */
  closed: boolean
  /** Why it answers nothing: the path is somebody else's who is no source. */
  taken: AutomationError | null
}

/** What sources listen on. Of several on one path the first that works has it. */
export class IngestRoutes {
  /** By their paths. */
  readonly #routes = new Map<string, IngestRoute[]>()

  /** In the place of the same source's route on that path, else after those that work. */
  add(route: IngestRoute): void {
    const there = this.#routes.get(route.canonical) ?? []
    const before = there.findIndex(({ source }) => source === route.source)
    const place = before >= 0 ? before : firstThatGivesWay(there)
    const others = there.toSpliced(place, before >= 0 ? 1 : 0, route)
    this.#keep((each) => each.source !== route.source)
    this.#routes.set(route.canonical, route.refuses ? toEnd(others, route) : others)
  }

  /** Who answers on a path. */
  at(canonical: string): IngestRoute | undefined {
    const there = this.#routes.get(canonical)
    return there?.[0]?.taken === null ? there[0] : undefined
  }

  of(source: string): IngestRoute | undefined {
    return this.all().find((route) => route.source === source)
  }

  all(): IngestRoute[] {
    return [...this.#routes.values()].flat()
  }

  close(source: string): void {
    for (const route of this.all()) if (route.source === source) route.closed = true
  }

  dropClosed(): void {
    this.#keep((route) => !route.closed)
  }

  #keep(wanted: (route: IngestRoute) => boolean): void {
    for (const [path, routes] of this.#routes) {
      const kept = routes.filter(wanted)
      if (kept.length > 0) this.#routes.set(path, kept)
      else this.#routes.delete(path)
    }
  }
}

function firstThatGivesWay(routes: readonly IngestRoute[]): number {
  const place = routes.findIndex(({ refuses, closed }) => refuses || closed)
  return place < 0 ? routes.length : place
}

const toEnd = (routes: readonly IngestRoute[], route: IngestRoute) => [
  ...routes.filter((each) => each !== route),
  route,
]
