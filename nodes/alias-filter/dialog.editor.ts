import { AliasFilter, parseRules } from '../../lib/alias/filter.js'
import { defineDialog } from '../editor/define-dialog.js'
import { byId } from '../editor/element.js'
import { AliasTester } from '../editor/event/alias-tester.js'
import { problemOf } from '../editor/form/check.js'
import { closeForm, openForm } from '../editor/form/form.js'
import type { EditorNode } from '../editor/red-editor.d.js'
import { CURRENT_VERSION, DEFAULTS, migrate } from './alias-filter.migrate.js'
import { RuleList } from './rule-list.editor.js'

interface FilterNode extends EditorNode {
  rules?: string
  otherwise?: boolean
}

const lists = new WeakMap<object, RuleList>()

defineDialog<FilterNode>('alias-filter', {
  problems: {
    rules: (rules: string | undefined) => problemOf(() => parseRules(rules ?? DEFAULTS.rules)),
  },
  oneditprepare() {
    const form = openForm(this, { prefix: 'node-input', migrate, currentVersion: CURRENT_VERSION })
    const list = new RuleList($('#alias-filter-rules'), form.text('rules'), this._)
    lists.set(this, list)
    const tester = new AliasTester(byId('alias-filter-tester'), {
      label: this._('alias-filter.tester.label'),
      hint: this._('alias-filter.tester.hint'),
      examples: 'production, staging, latest, v3',
      judge: (subject) => {
        if (problemOf(() => parseRules(list.text))) return null
        const rules = parseRules(list.text)
        const filter = new AliasFilter({
          rules,
          otherwise: form.value('otherwise') === true,
          checkAll: form.value('checkAll') === true,
        })
        const outputs = filter.outputs(subject).map((output) => {
          const label = rules[output]?.label ?? this._('alias-filter.port.otherwise')
          return this._('alias-filter.tester.output', { number: output + 1, label })
        })
        const words = outputs.length > 0 ? outputs.join(', ') : this._('alias-filter.tester.dropped')
        return { taken: outputs.length > 0, words: `→ ${words}` }
      },
    })
    list.onChange = () => tester.update()
    form.watch(['otherwise', 'checkAll'], () => tester.update())
    $('#alias-filter-unreadable').toggle(!list.readable)
  },
  oneditsave() {
    const form = closeForm(this)
    const list = lists.get(this)
    if (!form || !list) return
    const otherwise = form.value('otherwise') === true
    if (list.changed) this.rules = list.text
    if (list.changed || otherwise !== form.config['otherwise']) {
      form
        .input('outputs')
        .val(JSON.stringify(list.outputMap({ before: form.config['otherwise'] === true, now: otherwise })))
    }
    form.save(list.changed)
  },
  oneditcancel() {
    closeForm(this)
  },
})
