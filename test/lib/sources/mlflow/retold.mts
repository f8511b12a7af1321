import type { ArtifactEvent } from '../../../../dist/lib/events/event.js'
import type { MlflowWorld, Model } from '../../../standin/mlflow/world.mts'

const STAGES = ['Staging', 'Production', 'Archived']

/** A registry as somebody knows it who was told every event, and every new name, and nothing else. */
export class Retold {
  /** What is there, as sentences. */
  readonly facts = new Set<string>()
  /** What was said twice, or of what is not there. */
  readonly wrong: string[] = []
  #names = new Map<Model, string>()

  /** A model that is there under another name than at the last look: of that nobody is told. */
  follow(world: MlflowWorld): void {
    const there = new Set(world.models.values())
    for (const [model, name] of this.#names) if (there.has(model) && model.name !== name) this.rename(name, model.name)
    this.#names = new Map([...there].map((model) => [model, model.name]))
  }

  rename(from: string, to: string): void {
    for (const fact of [...this.facts]) {
      const [name, ...rest] = JSON.parse(fact)
      if (name !== from) continue
      this.facts.delete(fact)
      this.facts.add(JSON.stringify([to, ...rest]))
    }
  }

  tell(events: readonly ArtifactEvent[]): void {
    for (const event of events) this.#tell(event)
  }

  #tell(event: ArtifactEvent): void {
    const { event_type, artifact_collection_name: name, artifact_version_index: version, alias = '', tag = '' } = event
    const is = (...fact: unknown[]) => this.#add(JSON.stringify([name, ...fact]), event)
    const isNot = (...fact: unknown[]) => this.#delete(JSON.stringify([name, ...fact]), event)
    const noMore = (...fact: unknown[]) => {
      if (!this.#forget([name, ...fact])) this.#wrong(event)
    }
    const isStage = STAGES.includes(alias)
    const [key = '', ...value] = tag.split('=')
    if (event_type === 'LINK_ARTIFACT') is('version', version)
    else if (event_type === 'UNLINK_ARTIFACT') isNot('version', version)
    else if (event_type === 'ADD_ARTIFACT_ALIAS' && isStage) is('stage', version, alias)
    else if (event_type === 'REMOVE_ARTIFACT_ALIAS' && isStage) isNot('stage', version, alias)
    else if (event_type === 'REMOVE_ARTIFACT_ALIAS') noMore('alias', alias)
    else if (event_type === 'REMOVE_ARTIFACT_TAG') noMore('tag', version, tag)
    else if (event_type === 'REMOVE_COLLECTION_TAG') noMore('model tag', tag)
    else if (event_type === 'ADD_ARTIFACT_ALIAS') {
      this.#forget([name, 'alias', alias])
      is('alias', alias, version)
    } else if (event_type === 'ADD_ARTIFACT_TAG') {
      this.#forget([name, 'tag', version, key])
      is('tag', version, key, value.join('='))
    } else if (event_type === 'ADD_COLLECTION_TAG') {
      this.#forget([name, 'model tag', key])
      is('model tag', key, value.join('='))
    } else this.#wrong(event)
  }

  #add(fact: string, event: ArtifactEvent): void {
    if (this.facts.has(fact)) this.#wrong(event)
    this.facts.add(fact)
  }

  #delete(fact: string, event: ArtifactEvent): void {
    if (!this.facts.delete(fact)) this.#wrong(event)
  }

  /** @returns whether there was such a fact */
  #forget(beginning: readonly unknown[]): boolean {
    const prefix = `${JSON.stringify(beginning).slice(0, -1)},`
    const found = [...this.facts].find((fact) => fact.startsWith(prefix))
    return found !== undefined && this.facts.delete(found)
  }

  #wrong({ event_type, artifact_version_string, alias, tag }: ArtifactEvent): void {
    this.wrong.push([event_type, artifact_version_string, alias, tag].filter(Boolean).join(' '))
  }
}

/** What is there. */
export function factsOf(world: MlflowWorld): string[] {
  const facts: unknown[][] = []
  for (const { name, tags, aliases, versions } of world.models.values()) {
    for (const [key, value] of tags) facts.push([name, 'model tag', key, value])
    for (const [alias, version] of aliases) facts.push([name, 'alias', alias, version])
    for (const { version, stage, tags: own } of versions.values()) {
      facts.push([name, 'version', version])
      if (stage !== 'None') facts.push([name, 'stage', version, stage])
      for (const [key, value] of own) facts.push([name, 'tag', version, key, value])
    }
  }
  return facts.map((fact) => JSON.stringify(fact)).sort()
}

/** Numbers from 0 to just below `below`, the same ones for the same seed. */
export function randomOf(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

let names = 0

/** Does something to the registry that a person could do. */
export function move(world: MlflowWorld, random: (below: number) => number): void {
  const models = [...world.models.values()]
  const model = models[random(models.length)]
  const version = model && [...model.versions.values()][random(model.versions.size)]
  const kind = random(22)
  if (!model || kind === 0) {
    names += 1
    // names of a day long gone come again
    const name = random(3) === 0 ? `again ${random(4)}` : `model ü.${names}`
    if (!world.models.has(name)) world.create(name, random(2) === 0 ? { team: 'vision' } : {})
  } else if (kind === 1) {
    names += 1
    world.rename(model.name, `renamed ${names}`)
  } else if (kind === 2) world.delete(model.name)
  else if (kind < 7) world.createVersion(model.name, random(2) === 0 ? { tags: { made: 'today' } } : {})
  else if (kind < 9) world.model(model.name).tags.set(`k${random(2)}`, String(random(3)))
  else if (kind === 9) world.model(model.name).tags.delete(`k${random(2)}`)
  else if (kind === 10) world.deleteAlias(model.name, `a${random(3)}`)
  else if (version === undefined) world.createVersion(model.name)
  else if (kind < 14) world.setAlias(model.name, `a${random(3)}`, version.version)
  else if (kind < 16) world.version(model.name, version.version).tags.set(`t${random(3)}`, `=${random(3)}`)
  else if (kind === 16) world.version(model.name, version.version).tags.delete(`t${random(3)}`)
  else if (kind < 20) world.stage(model.name, version.version, ['None', ...STAGES][random(4)] ?? 'None')
  else world.deleteVersion(model.name, version.version)
}
