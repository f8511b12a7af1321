import { isWatchedKind, SOURCE_KINDS, sourceKind } from '../../lib/sources/source.js'
import { defineDialog } from '../editor/define-dialog.js'
import { button, byId, element, fill } from '../editor/element.js'
import { takeBegunKind } from '../editor/event/begun-kind.js'
import { closeForm, type Form, openForm } from '../editor/form/form.js'
import { copyText } from '../editor/outside-text.js'
import type { EditorNode, Translate } from '../editor/red-editor.d.js'
import { CURRENT_VERSION, DEFAULTS, migrate } from './artifact-source.migrate.js'
import { HttpPane } from './http-pane.editor.js'
import { ingestUrl, pathProblem, sourceAt } from './ingest-path.editor.js'

import { MappingPane } from './mapping-pane.editor.js'
import { WatchPane } from './watch-pane.editor.js'

/** What a registry's messages do not say, so that the source has to. */
const ASKS_FOR: Readonly<Record<string, readonly string[]>> = {
  event: [],
  mlflow: ['entity', 'project'],
  huggingface: ['project'],
  cloudevents: ['entity', 'project'],
  mapped: ['entity', 'project'],
}

/** Formats whose messages may say it themselves. */
const MAY_SAY: readonly string[] = ['cloudevents', 'mapped']

/** Formats that a mapping may be a part of. */
const MAPS: readonly string[] = MAY_SAY

const panes = new WeakMap<object, MappingPane>()

const KINDS = Object.keys(SOURCE_KINDS)

/** The usual path, or with a number where other sources have it. */
function freePath(node: EditorNode): string {
  let path: string = DEFAULTS.path
  for (let number = 2; sourceAt(path, node); number += 1) path = `${DEFAULTS.path}-${number}`
  return path
}

defineDialog('artifact-source', {
  oneditprepare() {
    keepKind(this)
    const form = openForm(this, { prefix: 'node-config-input', migrate, currentVersion: CURRENT_VERSION })
    const kind = takeBegunKind()
    if (RED.nodes.node(this.id) === undefined) {
      form.input('path').val(freePath(this))
      if (kind !== null) form.input('kind').val(kind)
    }
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
      $('.artifact-source-mapping').toggle(MAPS.includes(format))
    })
    form.watch(['kind', 'format'], () => {
      const kind = sourceKind(form.text('kind'))
      const isWatched = kind?.gets === 'watched'
      const format = form.text('format')
      const asks = isWatched ? kind.asksFor : (ASKS_FOR[format] ?? [])
      for (const property of ['entity', 'project'] as const) {
        $(`.artifact-source-${property}`).toggle(asks.includes(property))
        const usual = (isWatched && kind.usual[property]) || this._(`artifact-source.placeholder.${property}`)
        form.input(property).attr('placeholder', usual)
      }
      const place = isWatched ? 'place-watched' : MAY_SAY.includes(format) ? 'place-otherwise' : 'place'
      byId('artifact-source-place-hint').textContent = this._(`artifact-source.hint.${place}`)
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
    const pane = new WatchPane({
      id: this.id,
      tools: byId('artifact-source-wandb-tools'),
      answer: byId('artifact-source-wandb-answer'),
      form: () => formOf(form),
      _: this._,
    })
    form.watch(['kind'], () => {
      const kind = form.text('kind')
      const isWatched = sourceKind(kind)?.gets === 'watched'
      $('.artifact-source-http').toggle(kind === 'http')
      $('.artifact-source-watched').toggle(isWatched)
      $('#artifact-source-unknown').toggle(!KINDS.includes(kind))
      byId('artifact-source-kind-hint').textContent = KINDS.includes(kind)
        ? this._(`artifact-source.hint.kind.${kind}`)
        : ''
      if (isWatched) showRegistry(form, this._, kind)
      pane.show(kind)
    })
    const mapping = new MappingPane({ id: this.id, form, _: this._ })
    panes.set(this, mapping)
    new HttpPane({ tools: byId('artifact-source-http-tools'), form, sample: () => mapping.request, _: this._ })
  },
  oneditsave() {
    closeForm(this)?.save()
    release(this)
  },
  oneditcancel() {
    closeForm(this)
    release(this)
  },
  oneditdelete() {
    closeForm(this)
    release(this)
  },
})

function release(node: object): void {
  panes.get(node)?.destroy()
  panes.delete(node)
}

const WATCHED = KINDS.filter(isWatchedKind)

/** What is said of a registry's address and key; the address that another kind usually has becomes this one's. */
function showRegistry(form: Form, _: Translate, kind: string): void {
  const usual = (name: string) => sourceKind(name)?.usual.baseUrl ?? ''
  const field = form.input('baseUrl')
  field.attr('placeholder', usual(kind))
  if (WATCHED.some((other) => other !== kind && usual(other) === form.text('baseUrl'))) {
    field.val(usual(kind)).trigger('change')
  }
  byId('artifact-source-base-url-hint').textContent = _(`artifact-source.hint.base-url.${kind}`)
  byId('artifact-source-api-key-hint').textContent = _(`artifact-source.hint.api-key.${kind}`)
}

const formOf = (form: Form) => ({
  kind: form.text('kind'),
  baseUrl: form.text('baseUrl'),
  apiKey: form.text('apiKey'),
  entity: form.text('entity'),
  project: form.text('project'),
})

/** A kind that the choice does not offer would be lost in it. */
function keepKind(node: EditorNode): void {
  const kind = String(node['kind'] ?? DEFAULTS.kind)
  if (KINDS.includes(kind)) return
  const choice = byId<HTMLSelectElement>('node-config-input-kind')
  choice.add(new Option(kind, kind))
  choice.value = kind
}
