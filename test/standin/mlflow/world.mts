/** A registered model as a database of MLflow's has it. */
export interface Model {
  name: string
  created: number
  updated: number
  description: string
  readonly tags: Map<string, string>
  readonly aliases: Map<string, number>
  readonly versions: Map<number, Version>
  /** Numbers are not given twice. */
  highest: number
}

export interface Version {
  readonly version: number
  readonly created: number
  updated: number
  stage: string
  readonly source: string
  readonly runId: string
  description: string
  readonly tags: Map<string, string>
}

export class Refusal extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/**
 * A model registry in memory, with the times as MLflow's SQL store moves them (mlflow/store/model_registry/sqlalchemy_store.py):
 * a version that is made, staged or deleted moves its model's, a tag or an alias moves none.
 */
export class MlflowWorld {
  readonly models = new Map<string, Model>()
  #clock = 0

  /** Each time is another one, and none is in the future for long. */
  now(): number {
    this.#clock = Math.max(this.#clock + 1, Date.now())
    return this.#clock
  }

  model(name: string): Model {
    const model = this.models.get(name)
    if (!model) throw new Refusal(404, 'RESOURCE_DOES_NOT_EXIST', `Registered Model with name=${name} not found`)
    return model
  }

  version(name: string, version: number | string): Version {
    const found = this.model(name).versions.get(Number(version))
    if (!found) {
      const message = `Model Version (name=${name}, version=${version}) not found`
      throw new Refusal(404, 'RESOURCE_DOES_NOT_EXIST', message)
    }
    return found
  }

  create(name: string, tags: Readonly<Record<string, string>> = {}): Model {
    if (this.models.has(name)) {
      throw new Refusal(400, 'RESOURCE_ALREADY_EXISTS', `Registered Model (name=${name}) already exists.`)
    }
    const created = this.now()
    const model: Model = {
      name,
      created,
      updated: created,
      description: '',
      tags: new Map(Object.entries(tags)),
      aliases: new Map(),
      versions: new Map(),
      highest: 0,
    }
    this.models.set(name, model)
    return model
  }

  createVersion(
    name: string,
    { source = 's3://bucket/model', runId = '', description = '', tags = {} }: Partial<NewVersion> = {},
  ): Version {
    const model = this.model(name)
    const created = this.now()
    model.highest += 1
    model.updated = created
    const version: Version = {
      version: model.highest,
      created,
      updated: created,
      stage: 'None',
      source,
      runId,
      description,
      tags: new Map(Object.entries(tags)),
    }
    model.versions.set(version.version, version)
    return version
  }

  stage(name: string, version: number | string, stage: string): void {
    const found = this.version(name, version)
    found.stage = stage
    found.updated = this.now()
    this.model(name).updated = found.updated
  }

  deleteVersion(name: string, version: number | string): void {
    const { version: number } = this.version(name, version)
    const model = this.model(name)
    model.versions.delete(number)
    for (const [alias, holder] of model.aliases) if (holder === number) model.aliases.delete(alias)
    model.updated = this.now()
  }

  setAlias(name: string, alias: string, version: number | string): void {
    this.model(name).aliases.set(alias, this.version(name, version).version)
  }

  deleteAlias(name: string, alias: string): void {
    this.model(name).aliases.delete(alias)
  }

  rename(name: string, newName: string): void {
    const model = this.model(name)
    if (this.models.has(newName)) throw new Refusal(400, 'RESOURCE_ALREADY_EXISTS', `${newName} already exists`)
    this.models.delete(name)
    model.name = newName
    model.updated = this.now()
    for (const version of model.versions.values()) version.updated = model.updated
    this.models.set(newName, model)
  }

  delete(name: string): void {
    this.model(name)
    this.models.delete(name)
  }
}

export interface NewVersion {
  readonly source: string
  readonly runId: string
  readonly description: string
  readonly tags: Readonly<Record<string, string>>
}
