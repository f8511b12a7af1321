import { type Access, time } from '../access.mts'
import { globalId } from '../ids.mts'
import type { PageArguments } from '../paging.mts'
import type { Run, User } from '../things.mts'
import { entityView, organizationView, projectsConnection, projectView } from './places.mts'

export function userView(access: Access, user: User) {
  const teams = () => access.world.entities.filter(({ type, members }) => type === 'team' && members.has(user))
  return {
    __typename: 'User',
    id: globalId('User', user.id),
    name: user.name,
    username: user.username,
    email: user.email,
    entity: user.username,
    flags: '{}',
    admin: false,
    deletedAt: null,
    apiKeys: () => ({ edges: [] }),
    teams: () => ({ edges: teams().map((team) => ({ node: entityView(access, team) })) }),
    organizations: () =>
      access.world.organizations
        .filter(({ entity }) => entity.members.has(user))
        .map((organization) => organizationView(access, organization)),
    projects: (page: PageArguments) =>
      projectsConnection(
        access,
        access.world.projects.filter((project) => access.seesProject(project)),
        page,
      ),
  }
}

interface Spec {
  readonly keys?: readonly string[]
  readonly samples?: number
  /** Both bounds are part of the range. */
  readonly minStep?: number
  readonly maxStep?: number
}

export function runView(access: Access, run: Run) {
  const last = run.history.at(-1) ?? {}
  const { _step: lastStep = access.world.stepOfNothing, ...summary } = last
  return {
    __typename: 'Run',
    id: globalId('Run', run.id),
    projectId: run.project.id,
    project: () => projectView(access, run.project),
    name: run.name,
    displayName: run.displayName,
    sweepName: null,
    state: run.state,
    config: '{}',
    group: null,
    jobType: null,
    commit: null,
    readOnly: true,
    // the server leaves the zone of run times out
    createdAt: time(run.createdAt).slice(0, 19),
    heartbeatAt: time(run.heartbeatAt).slice(0, 19),
    description: run.displayName,
    notes: null,
    tags: [],
    systemMetrics: JSON.stringify(run.events.at(-1) ?? {}),
    summaryMetrics: JSON.stringify(summary),
    historyLineCount: run.history.length,
    historyKeys: { lastStep, sets: [], keys: {} },
    user: () => userView(access, run.user),
    sampledHistory: ({ specs }: { specs: readonly string[] }) =>
      specs.map((text) => {
        const spec: Spec = JSON.parse(text)
        return sampled(run, spec)
      }),
    history: ({ minStep = 0, maxStep = Number.MAX_SAFE_INTEGER, samples = 500 }) =>
      readable(run)
        .filter((row) => (row['_step'] ?? 0) >= minStep && (row['_step'] ?? 0) < maxStep)
        .slice(0, samples)
        .map((row) => JSON.stringify(row)),
    events: ({ samples = 500 }) => run.events.slice(-samples).map((row) => JSON.stringify(row)),
  }
}

const readable = (run: Run) => run.history.filter((row) => !run.unreadable.has(row))

/** Rows that hold all keys; every one when the range of steps is no longer than the samples, else thinned out. */
function sampled(run: Run, { keys = [], samples = 500, minStep = 0, maxStep = Number.MAX_SAFE_INTEGER }: Spec) {
  const rows = readable(run).filter((row) => {
    const step = row['_step'] ?? 0
    return step >= minStep && step <= maxStep && keys.every((key) => row[key] !== undefined)
  })
  const thin = rows.length <= samples ? 1 : Math.ceil(rows.length / samples)
  return rows
    .filter((_, index) => index % thin === 0)
    .map((row) => Object.fromEntries(keys.map((key) => [key, row[key]])))
}
