import { escapeMarkup } from '../../lib/template/markup/escape.js'
import { parseTemplate } from '../../lib/template/parse.js'
import type { Rendered } from '../../lib/template/render.js'
import { TEMPLATE_FORMATS, type TemplateFormat } from '../../lib/template/template.js'
import { defineDialog } from '../editor/define-dialog.js'
import { button, byId, element, fill } from '../editor/element.js'
import { EventPicker } from '../editor/event/event-picker.js'
import { takePreviewed } from '../editor/event/previewed.js'
import { automationBefore } from '../editor/event/upstream.js'
import { problemOf } from '../editor/form/check.js'
import { closeForm, current, openForm } from '../editor/form/form.js'
import type { EditorNode } from '../editor/red-editor.d.js'
import { recipeMenu, recipeWords } from '../editor/template/recipe-menu.js'
import { renderedText } from '../editor/template/rendered-text.js'
import { TemplateEditor } from '../editor/template/template-editor.js'
import { type Finding, stops } from '../editor/template/template-findings.js'
import { guardTemplate } from '../editor/template/template-guard.js'
import { namesFor } from '../editor/template/template-names.js'
import { reportOn } from '../editor/template/template-report.js'
import { VariableList } from '../editor/template/variable-list.js'
import { markupAfter, receiversAfter } from '../editor/webhook/receivers.js'
import { secretNames } from '../editor/webhook/secrets.js'
import { CURRENT_VERSION, DEFAULTS, migrate } from './payload-template.migrate.js'

interface TemplateNode extends EditorNode {
  template?: string
  format?: TemplateFormat
}

const formatOf = (saved: unknown): TemplateFormat => TEMPLATE_FORMATS.find((format) => format === saved) ?? 'json'

const editors = new WeakMap<object, TemplateEditor>()

function release(node: EditorNode): void {
  editors.get(node)?.destroy()
  editors.delete(node)
}

defineDialog<TemplateNode>('payload-template', {
  problems: {
    template(template: string | undefined) {
      const format = formatOf(current(this, 'format'))
      return problemOf(() => parseTemplate(template ?? DEFAULTS.template, format))
    },
  },
  oneditprepare() {
    const form = openForm(this, { prefix: 'node-input', migrate, currentVersion: CURRENT_VERSION })
    const { _ } = this
    const automation = automationBefore(this)
    const format = () => formatOf(form.text('format'))
    // ACE, where settings.js chose it, completes no names and has other keys
    const hint = window.monaco ? _('payload-template.hint.editor') : ''
    byId('payload-template-editor-hint').textContent = hint
    const editor = new TemplateEditor({
      element: byId('payload-template-editor'),
      value: String(form.config['template']),
      format: format(),
      label: [_('payload-template.label.template'), hint].filter(Boolean).join('. '),
      names: () => names(),
      onChange: () => update(),
    })
    editors.set(this, editor)
    form.choose('template', () => guardTemplate(editor.text))
    const variables = new VariableList(byId('payload-template-variables'), { _, insert: (slot) => editor.insert(slot) })
    const picker = new EventPicker({
      _: (key) => _(`payload-template.${key}`),
      id: 'payload-template-event',
      automation,
      onChange: () => update(),
      chosen: takePreviewed(this),
    })
    byId('payload-template-event-label').after(' ', picker.select)
    const asSent = (rendered: Rendered) => escapeMarkup({ ...rendered, format: format() }, markupAfter(this))
    const names = () => namesFor(picker.event, _)
    const describe = ({ kind, what, other = '' }: Finding) => _(`payload-template.finding.${kind}`, { what, other })

    const update = (): void => {
      const report = reportOn(editor.text, {
        format: format(),
        missing: form.text('missing') === 'error' ? 'error' : 'blank',
        event: picker.event,
        automationName: automation?.name ?? '',
        around: { secrets: secretNames(), names: names().map(({ name }) => name), receivers: receiversAfter(this) },
      })
      editor.mark(report.findings, describe)
      const { rendered, findings } = report
      const wrong = findings.some(({ kind }) => kind === 'error')
      const stopped = findings.some(stops) ? _('payload-template.finding.stopped') : null
      const problem = wrong ? _('payload-template.finding.heading') : (report.problem ?? stopped)
      const output = byId('payload-template-output')
      fill(output, ...(rendered ? renderedText(asSent(rendered), _('payload-template.secret')) : []))
      output.hidden = rendered === null
      const sentence = byId('payload-template-problem')
      sentence.textContent = problem ?? ''
      sentence.hidden = problem === null
      fill(
        byId('payload-template-findings'),
        ...unique(findings).map((finding) =>
          element(
            'li',
            { class: stops(finding) ? 'aa-text-error' : 'aa-text-warning' },
            button(_('payload-template.line', { line: finding.line }), 'fa-arrow-up', () =>
              editor.reveal(finding.line, finding.column),
            ),
            ` ${describe(finding)}`,
          ),
        ),
      )
      byId('payload-template-complete').hidden = rendered === null || findings.length > 0
      byId('payload-template-guard').hidden = guardTemplate(editor.text) === editor.text
      variables.show(picker.event, automation?.name ?? '')
    }

    byId('payload-template-recipes').replaceWith(
      recipeMenu({ id: 'payload-template-recipes', label: _('payload-template.label.example') }, (recipe) => {
        editor.replace(recipe.template)
        if (form.text('format') !== 'json') form.input('format').val('json').trigger('change')
        byId('payload-template-recipe-hint').textContent = recipeWords(recipe.id, 'description')
      }),
    )
    form.input('format').on('change', () => editor.setFormat(format()))
    form.watch(['format', 'missing'], update)
  },
  oneditsave() {
    const editor = editors.get(this)
    const changed = editor?.changed === true
    if (editor && changed) this.template = guardTemplate(editor.text)
    closeForm(this)?.save(changed)
    release(this)
  },
  oneditcancel() {
    closeForm(this)
    release(this)
  },
  oneditresize(size) {
    const editor = editors.get(this)
    if (!editor) return
    byId('payload-template-editor').style.height = `${Math.max(200, Math.round(size.height * 0.42))}px`
    editor.resize()
  },
})

/** One line for each name: it may be missing in twenty places. */
function unique(findings: readonly Finding[]): Finding[] {
  return findings.filter(
    ({ kind, what }, index) =>
      kind === 'error' || findings.findIndex((other) => other.kind === kind && other.what === what) === index,
  )
}
