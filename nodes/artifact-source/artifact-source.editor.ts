import { checkSettings, type HttpSourceSettings } from '../../lib/sources/http/settings.js'
import { sourceKind } from '../../lib/sources/source.js'
import { current } from '../editor/current.js'
import { Dialog } from '../editor/dialog.js'
import { problemOf } from '../editor/form/check.js'
import { verdict } from '../editor/outside-text.js'
import type { EditorNode } from '../editor/red-editor.d.js'
import { DEFAULTS } from './artifact-source.migrate.js'
import { expressionProblem } from './expression-problem.editor.js'
import { pathProblem, sourceAt } from './ingest-path.editor.js'

interface SourceNode extends EditorNode {
  path?: string
  format?: string
  auth?: string
}

/** A source of a kind that a later version knows is not ours to judge. */
const kindOf = (node: SourceNode): unknown => current(node, 'kind') || DEFAULTS.kind
const isHttp = (node: SourceNode): boolean => kindOf(node) === 'http'

/** Judges one as the runtime does, while the others are taken to be right; an environment variable is not ours to judge. */
function watchedProblem(node: SourceNode, property: keyof typeof RIGHT, value: string | undefined): string | null {
  const kind = sourceKind(kindOf(node))
  if (kind?.gets !== 'watched' || /^\$\{\S+\}$/.test(value ?? '')) return null
  return problemOf(() => kind.check({ ...DEFAULTS, ...RIGHT, [property]: String(value ?? RIGHT[property]) }))
}

const RIGHT = { baseUrl: 'https://right.example', interval: DEFAULTS.interval, entity: 'right', project: 'right' }

/** Judges one of the two as the runtime does, while the other is taken to be right. */
function required(node: SourceNode, property: 'entity' | 'project', value: string | undefined): string | null {
  if (!isHttp(node)) return watchedProblem(node, property, value)
  const format = String(current(node, 'format') ?? DEFAULTS.format) as HttpSourceSettings['format']
  const { path, auth, headerName } = DEFAULTS
  const right = { path, auth, headerName, mapping: 'right', entity: 'right', project: 'right' }
  return problemOf(() => checkSettings({ ...right, format, [property]: value ?? '' }))
}

/** What is wrong with the header in which the secret comes, where it comes in one. */
function headerProblem(node: SourceNode, name: string | undefined): string | null {
  if (!isHttp(node) || current(node, 'auth') !== 'header' || /^\$\{\S+\}$/.test(name ?? '')) return null
  const { path, format } = DEFAULTS
  return problemOf(() =>
    checkSettings({
      path,
      format,
      auth: 'header',
      mapping: '',
      entity: '',
      project: '',
      headerName: name ?? DEFAULTS.headerName,
    }),
  )
}

/** What is wrong with the mapping, where there is one. */
function mappingProblem(node: SourceNode, mapping: string): string | null {
  const format = String(current(node, 'format') ?? DEFAULTS.format) as HttpSourceSettings['format']
  if (!isHttp(node) || !['mapped', 'cloudevents'].includes(format) || /^\$\{\S+\}$/.test(mapping)) return null
  const { path, auth, headerName } = DEFAULTS
  const empty = problemOf(() => checkSettings({ path, auth, headerName, entity: '', project: '', format, mapping }))
  if (empty !== null || mapping.trim() === '') return empty
  const reason = expressionProblem(mapping)
  return reason && node._('artifact-source.error.mapping', { reason })
}

/** What is wrong with the path of an HTTP source, beside the others of the workspace. */
function problemOfPath(node: SourceNode, path: string): string | null {
  if (!isHttp(node)) return null
  const problem = pathProblem(path)
  if (problem) return node._(`artifact-source.error.${problem}`)
  const other = sourceAt(path, node)
  return other && node._('artifact-source.error.path-twice', { other: RED.utils.getNodeLabel(other, other.id) })
}

/** What is wrong with the choice of a secret, if none was made or it is gone. */
function secretProblem(node: SourceNode, secret: string | undefined, missing: 'secret' | 'api-key'): string | null {
  if (!secret || secret === '_ADD_') return node._(`artifact-source.error.${missing}`)
  return RED.nodes.node(secret) ? null : node._('artifact-source.error.secret-gone')
}

/** A registry that anybody may ask needs none; one that was chosen has to be there. */
function keyProblem(node: SourceNode, secret: string | undefined): string | null {
  const kind = sourceKind(kindOf(node))
  if (kind?.gets !== 'watched') return null
  const apiKey = secret === '_ADD_' ? '' : (secret ?? '')
  return kind.secretOf({ auth: 'none', apiKey }) === null ? null : secretProblem(node, secret, 'api-key')
}

const dialog = new Dialog('artifact-source')

RED.nodes.registerType<SourceNode>('artifact-source', {
  category: 'config',
  color: '#95cfbd',
  icon: 'artifact-source.svg',
  defaults: {
    name: { value: DEFAULTS.name },
    version: { value: DEFAULTS.version },
    kind: { value: DEFAULTS.kind },
    path: {
      value: DEFAULTS.path,
      validate(path: string | undefined, _options) {
        return verdict(() => problemOfPath(this, path ?? DEFAULTS.path))
      },
    },
    format: { value: DEFAULTS.format },
    mapping: {
      value: DEFAULTS.mapping,
      validate(mapping: string | undefined, _options) {
        return verdict(() => mappingProblem(this, mapping ?? DEFAULTS.mapping))
      },
    },
    auth: { value: DEFAULTS.auth },
    headerName: {
      value: DEFAULTS.headerName,
      validate(name: string | undefined, _options) {
        return verdict(() => headerProblem(this, name))
      },
    },
    secret: {
      value: DEFAULTS.secret,
      type: 'automation-secret',
      validate(secret: string | undefined, _options) {
        const isOpen = !isHttp(this) || (current(this, 'auth') ?? DEFAULTS.auth) === 'none'
        return verdict(() => (isOpen ? null : secretProblem(this, secret, 'secret')))
      },
    },
    entity: {
      value: DEFAULTS.entity,
      validate(entity: string | undefined, _options) {
        return verdict(() => required(this, 'entity', entity))
      },
    },
    project: {
      value: DEFAULTS.project,
      validate(project: string | undefined, _options) {
        return verdict(() => required(this, 'project', project))
      },
    },
    baseUrl: {
      value: DEFAULTS.baseUrl,
      validate(baseUrl: string | undefined, _options) {
        return verdict(() => watchedProblem(this, 'baseUrl', baseUrl))
      },
    },
    apiKey: {
      value: DEFAULTS.apiKey,
      type: 'automation-secret',
      validate(secret: string | undefined, _options) {
        return verdict(() => keyProblem(this, secret))
      },
    },
    interval: {
      value: DEFAULTS.interval,
      validate(interval: string | undefined, _options) {
        return verdict(() => watchedProblem(this, 'interval', interval))
      },
    },
  },
  paletteLabel() {
    return this._('artifact-source.title')
  },
  label() {
    return this.name || placeOf(this) || this._('artifact-source.title')
  },
  oneditprepare() {
    dialog.prepare(this)
  },
  oneditsave() {
    dialog.save(this)
  },
  oneditcancel() {
    dialog.cancel(this)
  },
})

/** Where it gets its events, for its label. */
function placeOf(node: SourceNode): string {
  const settings = { path: node.path ?? '', baseUrl: String(node['baseUrl'] ?? DEFAULTS.baseUrl) }
  return sourceKind(kindOf(node))?.placeOf(settings) ?? settings.path
}
