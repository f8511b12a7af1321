import { checkSettings, type HttpSourceSettings } from '../../lib/sources/http/settings.js'
import { isWatchedKind, SOURCE_KINDS, sourceKind } from '../../lib/sources/source.js'
import { button, byId, element, fill } from '../editor/element.js'
import { problemOf } from '../editor/form/check.js'
import { closeForm, current, openForm } from '../editor/form/form.js'
import { copyText, verdict } from '../editor/outside-text.js'
import type { EditorNode } from '../editor/red-editor.d.js'
import { CURRENT_VERSION, DEFAULTS, migrate } from './artifact-source.migrate.js'
import { HttpPane } from './http-pane.editor.js'
import { ingestUrl, isSamePath, pathProblem } from './ingest-path.editor.js'
import { WandbPane } from './wandb-pane.editor.js'

interface SourceNode extends EditorNode {
  path?: string
  format?: string
  auth?: string
}

/** What a registry's messages do not say, so that the source has to. */
const ASKS_FOR: Readonly<Record<string, readonly string[]>> = {
  event: [],
  mlflow: ['entity', 'project'],
  huggingface: ['project'],
  cloudevents: ['entity', 'project'],
}

/** Formats whose messages may say it themselves. */
const MAY_SAY: readonly string[] = ['cloudevents']

const KINDS = Object.keys(SOURCE_KINDS)

/** A source of a kind that a later version knows is not ours to judge. */
const kindOf = (node: SourceNode): unknown => current(node, 'kind') || DEFAULTS.kind
const isHttp = (node: SourceNode): boolean => kindOf(node) === 'http'

/** Judges one as the runtime does, while the others are taken to be right; an environment variable is not ours to judge. */
function watchedProblem(node: SourceNode, property: keyof typeof RIGHT, value: string | undefined): string | null {
  const kind = sourceKind(kindOf(node))
  if (kind?.gets !== 'watched' || /^\$\{\S+\}$/.test(value ?? '')) return null
  return problemOf(() => kind.check({ ...DEFAULTS, ...RIGHT, [property]: String(value ?? RIGHT[property]) }))
}

const RIGHT = { baseUrl: DEFAULTS.baseUrl, interval: DEFAULTS.interval, entity: 'right', project: 'right' }

/** Judges one of the two as the runtime does, while the other is taken to be right. */
function required(node: SourceNode, property: 'entity' | 'project', value: string | undefined): string | null {
  if (!isHttp(node)) return watchedProblem(node, property, value)
  const format = String(current(node, 'format') ?? DEFAULTS.format) as HttpSourceSettings['format']
  const { path, auth, headerName } = DEFAULTS
  const right = { path, auth, headerName, entity: 'right', project: 'right' }
  return problemOf(() => checkSettings({ ...right, format, [property]: value ?? '' }))
}

/** What is wrong with the header in which the secret comes, where it comes in one. */
function headerProblem(node: SourceNode, name: string | undefined): string | null {
  if (!isHttp(node) || current(node, 'auth') !== 'header' || /^\$\{\S+\}$/.test(name ?? '')) return null
  const { path, format } = DEFAULTS
  return problemOf(() =>
    checkSettings({ path, format, auth: 'header', entity: '', project: '', headerName: name ?? DEFAULTS.headerName }),
  )
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

/** The usual path, or with a number where other sources have it. */
function freePath(node: SourceNode): string {
  let path: string = DEFAULTS.path
  for (let number = 2; sourceAt(path, node); number += 1) path = `${DEFAULTS.path}-${number}`
  return path
}

/** Another enabled HTTP source that listens on this path. */
function sourceAt(path: string, but: SourceNode): EditorNode | null {
  let found: EditorNode | null = null
  RED.nodes.eachConfig((other) => {
    const isOther = other.type === but.type && other.id !== but.id && !other.d
    if (!isOther || (other['kind'] ?? DEFAULTS.kind) !== 'http') return
    if (isSamePath(String(other['path'] ?? DEFAULTS.path), path)) found = other
  })
  return found
}

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
        return verdict(() => (isWatchedKind(kindOf(this)) ? secretProblem(this, secret, 'api-key') : null))
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
    keepKind(this)
    const form = openForm(this, { prefix: 'node-config-input', migrate, currentVersion: CURRENT_VERSION })
    if (RED.nodes.node(this.id) === undefined) form.input('path').val(freePath(this))
    const url = byId('artifact-source-url')
    form.watch(['path'], () => {
      const path = form.text('path')
      if (RED.settings.httpNodeRoot === false) return fill(url, this._('artifact-source.hint.http-off'))
      if (pathProblem(path)) return fill(url)
      const address = ingestUrl(path)
      const copy = button('', 'fa-clipboard', () => copyText(address, copy, this._('artifact-source.copied')), {
        'aria-label': this._('artifact-source.copy'),
        title: this._('artifact-source.copy'),
      })
      fill(url, element('code', {}, address), copy)
    })
    form.watch(['format'], () => {
      const format = form.text('format')
      byId('artifact-source-format-hint').textContent = this._(`artifact-source.hint.format.${format}`)
      const place = MAY_SAY.includes(format) ? 'place-otherwise' : 'place'
      byId('artifact-source-place-hint').textContent = this._(`artifact-source.hint.${place}`)
      for (const property of ['entity', 'project']) {
        $(`.artifact-source-${property}`).toggle(ASKS_FOR[format]?.includes(property) === true)
      }
    })
    form.watch(['auth'], () => {
      const auth = form.text('auth')
      const open = auth === 'none'
      $('.artifact-source-secret').toggle(!open)
      $('.artifact-source-headerName').toggle(auth === 'header')
      const hint = byId('artifact-source-auth-hint')
      hint.className = open ? 'aa-warning-box' : 'aa-hint'
      hint.textContent = this._(`artifact-source.hint.auth.${auth}`)
    })
    form.watch(['kind'], () => {
      const kind = form.text('kind')
      for (const known of KINDS) $(`.artifact-source-${known}`).toggle(kind === known)
      $('#artifact-source-unknown').toggle(!KINDS.includes(kind))
      byId('artifact-source-kind-hint').textContent = KINDS.includes(kind)
        ? this._(`artifact-source.hint.kind.${kind}`)
        : ''
    })
    new HttpPane({ tools: byId('artifact-source-http-tools'), form, _: this._ })
    new WandbPane({
      id: this.id,
      tools: byId('artifact-source-wandb-tools'),
      answer: byId('artifact-source-wandb-answer'),
      form: () => ({ baseUrl: form.text('baseUrl'), apiKey: form.text('apiKey') }),
      _: this._,
    })
  },
  oneditsave() {
    closeForm(this)?.save()
  },
  oneditcancel() {
    closeForm(this)
  },
})

/** Where it gets its events, for its label. */
function placeOf(node: SourceNode): string {
  const settings = { path: node.path ?? '', baseUrl: String(node['baseUrl'] ?? DEFAULTS.baseUrl) }
  return sourceKind(kindOf(node))?.placeOf(settings) ?? settings.path
}

/** A kind that the choice does not offer would be lost in it. */
function keepKind(node: SourceNode): void {
  const kind = String(node['kind'] ?? DEFAULTS.kind)
  if (KINDS.includes(kind)) return
  const choice = byId<HTMLSelectElement>('node-config-input-kind')
  choice.add(new Option(kind, kind))
  choice.value = kind
}
