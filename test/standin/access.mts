import type { Entity, Project, User } from './things.mts'
import type { World } from './world.mts'

/** What one user may see of a world. What may not be seen looks as if it were not there, as at W&B. */
export class Access {
  readonly world: World
  readonly user: User
  /** Columns that the database has not. */
  lacksColumns: readonly string[] = []

  constructor(world: World, user: User) {
    this.world = world
    this.user = user
  }

  seesEntity(entity: Entity): boolean {
    return entity.members.has(this.user)
  }

  seesProject(project: Project): boolean {
    return this.seesEntity(project.entity) && !project.hiddenFrom.has(this.user)
  }

  entity(name: string): Entity | null {
    return this.world.entities.find((entity) => entity.name === name && this.seesEntity(entity)) ?? null
  }

  projectsOf(entity: Entity): Project[] {
    return this.world.projects.filter((project) => project.entity === entity && this.seesProject(project))
  }

  project(entityName: string | null | undefined, name: string | null | undefined): Project | null {
    const entity = this.entity(entityName ?? this.user.username)
    return entity ? (this.projectsOf(entity).find((project) => project.name === name) ?? null) : null
  }
}

export const time = (at: number): string => new Date(at).toISOString()

/** Throws as MySQL does when a filter (`where clause`) or an order (`order clause`) is by a column that is not there. */
export function checkColumns({ lacksColumns }: Access, clause: 'where clause' | 'order clause', text: unknown): void {
  const found = lacksColumns.find((column) => new RegExp(`\\b${column}\\b`).test(String(text ?? '')))
  if (found !== undefined) throw new Error(`Error 1054 (42S22): Unknown column '${found}' in '${clause}'`)
}

/** The value of a `JSONString` argument: an object, or null when it was not given. */
export function parsed(text: unknown): unknown {
  return typeof text === 'string' && text !== '' ? JSON.parse(text) : null
}
