import { registryProject } from '../../lib/events/registry.js'
import type { Exploration } from '../../lib/sources/kind.js'
import { sourceKind } from '../../lib/sources/source.js'
import { type AdminError, adminPost } from '../editor/admin.js'
import { element, fill } from '../editor/element.js'
import type { Form } from '../editor/form/form.js'
import type { Translate } from '../editor/red-editor.d.js'

const LISTS = ['entities', 'projects', 'collections'] as const

/** So many names a browser can show in a list without anybody waiting. */
const MOST = 500

/**
 * Offers the names that W&B has for a trigger's place, once one of its fields is entered. They are offers: anything
 * else may be typed, and without an answer the fields work as ever.
 */
export class Offers {
  readonly #form: Form
  readonly #_: Translate
  readonly #asked = new Map<string, Promise<Exploration | null>>()

  constructor(form: Form, _: Translate) {
    this.#form = form
    this.#_ = _
    for (const property of ['entity', 'project', 'collection']) {
      form.input(property).on('focus', () => void this.#offer(property))
    }
  }

  async #offer(property: string): Promise<void> {
    const scope = this.#form.text('scope')
    const entity = this.#form.text('entity').trim()
    const project = this.#form.text('project').trim()
    const full = scope === 'registry' && project !== '' ? registryProject(project) : project
    const seen = await this.#explore(property === 'collection' ? { entity, project: full } : {})
    if (seen === null) {
      for (const list of LISTS) show(list, [])
      return
    }
    if (property === 'collection') show('collections', seen.collections)
    if (property === 'entity') show('entities', entitiesFor(scope, seen))
    if (property === 'project') show('projects', projectsFor(scope, entity, seen))
  }

  /** Null when there is nobody to ask, or no answer. */
  async #explore(wish: { entity?: string; project?: string }): Promise<Exploration | null> {
    const source = RED.nodes.node(this.#form.text('source'))
    const known = source ? sourceKind(source['kind']) : null
    // a source that gives all events one project needs no name of it
    const needsProject = known?.asksFor.includes('project') !== true
    if (!source || !known?.explores || (wish.project === '' && needsProject)) return null
    const { kind, baseUrl, apiKey, entity, project } = source as unknown as Record<string, unknown>
    const form = { kind, baseUrl, apiKey, entity, project }
    const key = JSON.stringify([source.id, form, wish])
    const before = this.#asked.get(key)
    if (before) return before
    const asked = this.#ask(source.id, { ...wish, form })
    this.#asked.set(key, asked)
    // what failed may work the next time
    if ((await asked) === null) this.#asked.delete(key)
    return asked
  }

  async #ask(source: string, body: object): Promise<Exploration | null> {
    say(this.#_('artifact-event.offers.asking'))
    try {
      const seen = (await adminPost(`sources/${encodeURIComponent(source)}/explore`, body)) as Exploration
      say('')
      return seen
    } catch (error) {
      const reason = (error as AdminError).message || this.#_('artifact-event.error.no-answer')
      say(this.#_('artifact-event.offers.failed', { reason }))
      return null
    }
  }
}

function entitiesFor(scope: string, { organizations, entities }: Exploration): string[] {
  const byOrganization = scope === 'registry' || scope === 'organization'
  return (byOrganization ? organizations : entities).map(({ name }) => name)
}

function projectsFor(scope: string, owner: string, { organizations, projects, registries }: Exploration): string[] {
  const entity = organizations.find(({ name }) => name === owner)?.entity ?? owner
  const places = scope === 'registry' ? registries : projects
  const names = places.filter((place) => owner === '' || place.entity === entity).map(({ name }) => name)
  return scope === 'registry' ? names.map((name) => name.replace(/^wandb-registry-/, '')) : names
}

function show(list: (typeof LISTS)[number], names: readonly string[]): void {
  const parent = document.getElementById(`artifact-event-${list}`)
  // the dialog may be closed by now
  if (!parent) return
  const unique = [...new Set(names)].slice(0, MOST)
  fill(parent, ...unique.map((name) => element('option', { value: name })))
}

function say(text: string): void {
  const line = document.getElementById('artifact-event-offers')
  if (line) line.textContent = text
}
