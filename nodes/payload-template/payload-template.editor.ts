import { isPlainTemplate } from '../../lib/template/plain-template.js'
import { Dialog } from '../editor/dialog.js'
import { translateStatuses } from '../editor/other-languages.js'
import type { EditorNode } from '../editor/red-editor.d.js'
import { DEFAULTS } from './payload-template.migrate.js'

/** A template to start from; a saved node without one sends {}. */
const FIRST_TEMPLATE = `{
  "event_type": "\${event_type}",
  "version": "\${artifact_version_string}",
  "alias": "\${alias}",
  "author": "\${event_author}"
}`

const dialog = new Dialog('payload-template')
translateStatuses('payload-template')

RED.nodes.registerType<EditorNode>('payload-template', {
  category: 'artifact automations',
  color: '#b8e0d2',
  icon: 'payload-template.svg',
  inputs: 1,
  outputs: 1,
  defaults: {
    name: { value: DEFAULTS.name },
    version: { value: DEFAULTS.version },
    template: {
      value: FIRST_TEMPLATE,
      validate(template: string | undefined, _options) {
        const isPlain = isPlainTemplate(template, this['format'] ?? DEFAULTS.format)
        return dialog.judge(this, 'template', template, isPlain)
      },
    },
    format: { value: DEFAULTS.format },
    missing: { value: DEFAULTS.missing },
  },
  paletteLabel() {
    return this._('payload-template.title')
  },
  label() {
    return this.name || this._('payload-template.title')
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : ''
  },
  inputLabels(_index) {
    return this._('payload-template.port.in')
  },
  outputLabels(_index) {
    return this._('payload-template.port.out')
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
  oneditresize(size) {
    dialog.resize(this, size)
  },
})
