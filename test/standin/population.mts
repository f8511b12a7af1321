import type { ArtifactType, Collection, Entity, Integration, Organization, Project, Run, User } from './things.mts'

export interface WorldOptions {
  /** Unix milliseconds of the first moment; each change takes one second. */
  startsAt?: number
  /** Whether a change inside a collection moves the collection's `updatedAt`. Nobody outside W&B knows. */
  touches?: boolean
}

/** Who and what there is in the stand-in's W&B, and the clock by which it happens. */
export class Population {
  readonly users: User[] = []
  readonly entities: Entity[] = []
  readonly organizations: Organization[] = []
  readonly projects: Project[] = []
  /** Told apart from the automation features of the real server only by being settable. */
  readonly features = new Map<string, boolean>()
  readonly collections = new Map<number, Collection>()
  readonly touches: boolean
  /** What the server says is the last step of a run without rows: W&B and its like say 0 or -1. */
  stepOfNothing = -1
  #now: number
  #lastId = 100

  constructor({ startsAt = Date.UTC(2026, 0, 1), touches = true }: WorldOptions = {}) {
    this.#now = startsAt
    this.touches = touches
  }

  get now(): number {
    return this.#now
  }

  /** Lets time pass, in milliseconds. */
  pass(ms: number): void {
    this.#now += ms
  }

  protected tick(): number {
    this.#now += 1000
    return this.#now
  }

  protected id(): number {
    this.#lastId += 1
    return this.#lastId
  }

  /** A user with a personal entity and one API key. */
  addUser(username: string, key = `${username}-key`): User {
    const user: User = { id: this.id(), username, name: username, email: `${username}@example.com`, keys: [key] }
    this.users.push(user)
    this.addEntity(username, { type: 'user', members: [user] })
    return user
  }

  addEntity(
    name: string,
    options: { type?: Entity['type']; members?: readonly User[]; organization?: Organization | null } = {},
  ): Entity {
    const entity: Entity = {
      id: this.id(),
      name,
      type: options.type ?? 'team',
      organization: options.organization ?? null,
      members: new Set(options.members),
      integrations: [],
      triggers: [],
    }
    this.entities.push(entity)
    return entity
  }

  /** An organization; its registries belong to an entity with a name of its own. */
  addOrganization(name: string, members: readonly User[], entityName = `${name}-org`): Organization {
    const entity = this.addEntity(entityName, { type: 'organization', members })
    const organization: Organization = { id: this.id(), name, entity, advancedSearch: false }
    entity.organization = organization
    this.organizations.push(organization)
    return organization
  }

  addProject(entity: Entity, name: string): Project {
    const at = this.tick()
    const project: Project = {
      id: this.id(),
      name,
      entity,
      createdAt: at,
      updatedAt: at,
      description: '',
      types: new Map(),
      collections: new Map(),
      runs: new Map(),
      triggers: [],
      hiddenFrom: new Set(),
    }
    this.projects.push(project)
    return project
  }

  addRegistry(organization: Organization, name: string): Project {
    return this.addProject(organization.entity, `wandb-registry-${name}`)
  }

  addType(project: Project, name: string): ArtifactType {
    const found = project.types.get(name)
    if (found) return found
    const type = { id: this.id(), name, project, createdAt: this.now }
    project.types.set(name, type)
    return type
  }

  addCollection(project: Project, name: string, kind: Collection['kind'], type = 'model'): Collection {
    const at = this.tick()
    const collection: Collection = {
      id: this.id(),
      kind,
      name,
      project,
      type: this.addType(project, type),
      createdAt: at,
      updatedAt: at,
      tags: new Set(),
      memberships: [],
      nextIndex: 0,
      aliasActions: [],
      actions: [],
    }
    project.collections.set(name, collection)
    this.collections.set(collection.id, collection)
    return collection
  }

  addRun(project: Project, user: User, options: { name?: string; displayName?: string; state?: string } = {}): Run {
    const at = this.tick()
    const id = this.id()
    const name = options.name ?? `run${id}`
    const run: Run = {
      id,
      name,
      displayName: options.displayName ?? name,
      project,
      user,
      state: options.state ?? 'running',
      createdAt: at,
      heartbeatAt: at,
      history: [],
      unreadable: new Set(),
      events: [],
    }
    project.runs.set(name, run)
    return run
  }

  /** The secrets' names are kept, as W&B keeps them; it never gives a value. */
  addWebhook(
    entity: Entity,
    name: string,
    url: string,
    secrets: { accessTokenRef?: string | null; secretRef?: string | null } = {},
  ): Integration {
    const integration: Integration = {
      id: this.id(),
      kind: 'webhook',
      name,
      url,
      accessTokenRef: secrets.accessTokenRef ?? null,
      secretRef: secrets.secretRef ?? null,
      createdAt: this.tick(),
    }
    entity.integrations.push(integration)
    return integration
  }

  addSlack(entity: Entity, teamName: string, channelName: string): Integration {
    const integration: Integration = { id: this.id(), kind: 'slack', teamName, channelName }
    entity.integrations.push(integration)
    return integration
  }
}
