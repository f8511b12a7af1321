import type { TemplateFormat } from '../../../lib/template/template.js'
import type { CodeEditor, MonacoApi, MonacoCompletion, MonacoModel } from '../code-editor.d.js'
import { type Finding, stops } from './template-findings.js'
import type { NameOffer } from './template-names.js'

/** Under this name our marks are kept apart from those of the JSON language. */
const OWNER = 'artifact-automations'
const LANGUAGES = ['json', 'plaintext', 'text']

/** The models of open template editors with the names they offer: other nodes' editors are none of our business. */
const models = new Map<string, () => readonly NameOffer[]>()

/**
 * Everything that Monaco knows but our names: its language JSON would offer words of the text, in quotes and chosen
 * already, where a name between braces is being typed.
 */
const OURS_ALONE = Object.fromEntries(
  ['Words', 'Properties', 'Values', 'Modules', 'Snippets', 'Enums', 'EnumMembers', 'Colors', 'Keywords'].map((kind) => [
    `show${kind}`,
    false,
  ]),
)
let registered: MonacoApi | null = null

interface TemplateEditorOptions {
  readonly element: HTMLElement
  readonly value: string
  readonly format: TemplateFormat
  /** For screen readers. */
  readonly label: string
  /** What may be written between braces now. */
  readonly names: () => readonly NameOffer[]
  readonly onChange: () => void
}

/**
 * Node-RED's code editor for a template: with Monaco it completes names after `${` and marks what is wrong. Where
 * Monaco is not there (still loading, or ACE is chosen in settings.js) it edits all the same.
 */
export class TemplateEditor {
  readonly #editor: CodeEditor
  readonly #marks: { dispose(): void } | null
  /** As the editor gives it back: line ends may differ from what was put in. */
  readonly #before: string
  readonly #names: () => readonly NameOffer[]

  constructor({ element, value, format, label, names, onChange }: TemplateEditorOptions) {
    this.#names = names
    this.#editor = RED.editor.createEditor({
      element,
      mode: modeOf(format),
      value,
      stateId: false,
      minimap: { enabled: false },
      lineNumbersMinChars: 3,
      formatOnPaste: false,
      wordWrap: 'on',
      // A line is broken between words, and never within a variable: Monaco would, before "{" and after "}".
      wordWrapBreakBeforeCharacters: '',
      wordWrapBreakAfterCharacters: ' \t,',
      scrollBeyondLastLine: false,
      ariaLabel: label,
      wordBasedSuggestions: 'off',
      suggest: OURS_ALONE,
      // Both stumble over a text that is gone when a dialog closes early: the one right after a name was completed, the
      // other while Monaco's worker still looks for what could be folded. A template has no need of either.
      inlineSuggest: { enabled: false },
      folding: false,
    })
    this.#before = this.text
    this.#editor.getSession().on('change', onChange)
    this.#marks = this.#adopt()
  }

  #adopt(): { dispose(): void } | null {
    const model = this.#model
    const { monaco } = window
    if (!monaco || !model) return null
    models.set(model.uri.toString(), this.#names)
    register(monaco)
    // ${name} outside quotes is no JSON to Monaco; our own parser knows better, so only its marks stay
    return monaco.editor.onDidChangeMarkers((resources) => {
      const current = this.#model
      if (!current || !resources.some((resource) => resource.toString() === current.uri.toString())) return
      if (monaco.editor.getModelMarkers({ owner: 'json', resource: current.uri }).length > 0) {
        monaco.editor.setModelMarkers(current, 'json', [])
      }
    })
  }

  get #model(): MonacoModel | null {
    return this.#editor.getModel?.() ?? null
  }

  get text(): string {
    return this.#editor.getValue()
  }

  get changed(): boolean {
    return this.text !== this.#before
  }

  replace(text: string): void {
    const { executeEdits } = this.#editor
    const range = (this.#model as (MonacoModel & { getFullModelRange?(): never }) | null)?.getFullModelRange?.()
    // as an edit, so that it can be undone
    if (executeEdits && range) executeEdits.call(this.#editor, OWNER, [{ range, text, forceMoveMarkers: true }])
    else this.#editor.setValue(text, -1)
    this.#editor.focus()
  }

  insert(text: string): void {
    const range = this.#editor.getSelection?.()
    if (range && this.#editor.executeEdits) {
      this.#editor.executeEdits(OWNER, [{ range, text, forceMoveMarkers: true }])
    } else {
      this.#editor.getSession().insert(this.#editor.getCursorPosition?.(), text)
    }
    this.#editor.focus()
  }

  /** Marks findings in the text and in the margin. */
  mark(findings: readonly Finding[], describe: (finding: Finding) => string): void {
    const model = this.#model
    if (!model || model.isDisposed()) return
    window.monaco?.editor.setModelMarkers(
      model,
      OWNER,
      findings.map((finding) => {
        const start = model.getPositionAt(finding.offset)
        const end = model.getPositionAt(finding.offset + Math.max(finding.length, 1))
        return {
          severity: stops(finding) ? 8 : 4,
          message: describe(finding),
          startLineNumber: start.lineNumber,
          startColumn: start.column,
          endLineNumber: end.lineNumber,
          endColumn: Math.max(end.column, start.column + 1),
        }
      }),
    )
  }

  setFormat(format: TemplateFormat): void {
    const model = this.#model
    if (!model || !this.#editor.setMode) return
    models.delete(model.uri.toString())
    this.#editor.setMode(modeOf(format))
    const renewed = this.#model
    if (renewed) models.set(renewed.uri.toString(), this.#names)
  }

  reveal(line: number, column: number): void {
    this.#editor.revealLineInCenter?.(line)
    this.#editor.setPosition?.({ lineNumber: line, column })
    this.#editor.focus()
  }

  resize(): void {
    this.#editor.resize()
  }

  destroy(): void {
    const model = this.#model
    if (model) models.delete(model.uri.toString())
    this.#marks?.dispose()
    this.#editor.destroy()
  }
}

const modeOf = (format: TemplateFormat) => (format === 'json' ? 'ace/mode/json' : 'ace/mode/text')

/** Completion is registered for a language, not for an editor: once for the page, and only our models get answers. */
function register(monaco: MonacoApi): void {
  if (registered === monaco) return
  registered = monaco
  for (const language of LANGUAGES) {
    monaco.languages.registerCompletionItemProvider(language, {
      triggerCharacters: ['$', '{'],
      provideCompletionItems: (model, position) => ({
        suggestions: completions(monaco, model, position, models.get(model.uri.toString())?.() ?? []),
      }),
    })
  }
}

/** Everything that may follow a `${` right before the cursor, up to its brace if that is there already. */
function completions(
  monaco: MonacoApi,
  model: MonacoModel,
  { lineNumber, column }: { lineNumber: number; column: number },
  names: readonly NameOffer[],
): MonacoCompletion[] {
  const line = model.getLineContent(lineNumber)
  const begun = /\$(\{[^{}$"]*)?$/.exec(line.slice(0, column - 1))
  if (!begun) return []
  const rest = /^[A-Za-z0-9_.]*\}?/.exec(line.slice(column - 1))?.[0] ?? ''
  const range = {
    startLineNumber: lineNumber,
    startColumn: begun.index + 1,
    endLineNumber: lineNumber,
    endColumn: column + (rest.endsWith('}') || rest === '' ? rest.length : 0),
  }
  const { Variable, Field, Constant } = monaco.languages.CompletionItemKind
  const offer = (name: string, detail: string, kind: number, order: number): MonacoCompletion => ({
    label: name,
    kind,
    detail,
    insertText: `\${${name}}`,
    filterText: `\${${name}}`,
    sortText: String(order).padStart(3, '0'),
    range,
  })
  return names.map(({ name, description, kind }, order) =>
    offer(name, description, { variable: Variable, field: Field, secret: Constant }[kind], order),
  )
}
