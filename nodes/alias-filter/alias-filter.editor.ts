import { isPlainPattern } from '../../lib/alias/plain-pattern.js'
import { Dialog } from '../editor/dialog.js'
import { translateStatuses } from '../editor/other-languages.js'
import type { EditorNode } from '../editor/red-editor.d.js'
import { DEFAULTS } from './alias-filter.migrate.js'
import { type EditedRule, readRules } from './read-rules.editor.js'

interface FilterNode extends EditorNode {
  rules?: string
}

/** A rule to start from; a saved node without rules has none. */
const FIRST_RULES: readonly EditedRule[] = [{ pattern: '^production$', label: 'production' }]

const dialog = new Dialog('alias-filter')
translateStatuses('alias-filter')

/** The same as `parseRules` asks for, but that patterns have to be plain. */
function arePlain(text: string | undefined): boolean {
  try {
    const rules: { pattern?: unknown; label?: unknown }[] = JSON.parse(text ?? DEFAULTS.rules)
    return rules.every(
      ({ pattern, label }) =>
        pattern !== '' && isPlainPattern(pattern) && ['string', 'undefined'].includes(typeof label),
    )
  } catch {
    return false
  }
}

RED.nodes.registerType<FilterNode>('alias-filter', {
  category: 'artifact automations',
  color: '#a8d8c8',
  icon: 'alias-filter.svg',
  inputs: 1,
  outputs: 1,
  defaults: {
    name: { value: DEFAULTS.name },
    version: { value: DEFAULTS.version },
    rules: {
      value: JSON.stringify(FIRST_RULES),
      validate(rules: string | undefined, _options) {
        return dialog.judge(this, 'rules', rules, arePlain(rules))
      },
    },
    otherwise: { value: DEFAULTS.otherwise },
    checkAll: { value: DEFAULTS.checkAll },
    outputs: { value: 2 },
  },
  paletteLabel() {
    return this._('alias-filter.title')
  },
  label() {
    return this.name || this._('alias-filter.title')
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : ''
  },
  inputLabels(_index) {
    return this._('alias-filter.port.in')
  },
  outputLabels(index) {
    const rule = readRules(this.rules ?? DEFAULTS.rules)?.[index]
    return rule ? rule.label || rule.pattern : this._('alias-filter.port.otherwise')
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
