import type { MappingRecipe } from '../../lib/sources/mapped/recipes/recipe.js'
import { MAPPING_RECIPES } from '../../lib/sources/mapped/recipes/recipes.js'
import { adminGet } from '../editor/admin.js'
import type { CodeEditor } from '../editor/code-editor.d.js'
import { button, byId, element, fill } from '../editor/element.js'
import type { Form } from '../editor/form/form.js'
import type { Translate } from '../editor/red-editor.d.js'
import { MappingPreview, type SampleRequest } from './mapping-preview.editor.js'

interface MappingPaneOptions {
  /** Of the source's node. */
  readonly id: string
  readonly form: Form
  readonly _: Translate
}

/** Written in the editor's own expressions, with the events that it makes of a sample beside it. */
export class MappingPane {
  readonly #options: MappingPaneOptions
  readonly #editor: CodeEditor
  readonly #sample = byId<HTMLTextAreaElement>('artifact-source-sample')
  readonly #preview: MappingPreview
  /** The sample that a recipe brought, which the next one may replace. */
  #brought = ''

  constructor(options: MappingPaneOptions) {
    this.#options = options
    const { form } = options
    this.#editor = RED.editor.createEditor({
      element: byId('artifact-source-mapping-editor'),
      mode: 'ace/mode/jsonata',
      value: form.text('mapping'),
      stateId: false,
      minimap: { enabled: false },
      lineNumbersMinChars: 3,
      wordWrap: 'on',
      scrollBeyondLastLine: false,
      ariaLabel: this.#word('label'),
    })
    this.#preview = new MappingPreview({ ...options, sample: () => this.#sample.value, mapping: () => this.#text })
    this.#editor.getSession().on('change', () => form.input('mapping').val(this.#text).trigger('change'))
    this.#recipes()
    this.#samples()
    this.#large()
    form.watch(['format', 'mapping', 'entity', 'project'], () => this.#preview.update())
    form.watch(['format'], () => this.#resize())
  }

  #word(key: string, values: Record<string, string | number> = {}): string {
    return this.#options._(`artifact-source.mapping.${key}`, values)
  }

  get #text(): string {
    return this.#editor.getValue()
  }

  /** What *Copy as curl* sends; null while the sample is no JSON. */
  get request(): SampleRequest | null {
    return this.#preview.request
  }

  destroy(): void {
    this.#preview.destroy()
    this.#editor.destroy()
  }

  /** An editor that was made out of sight has no size yet. */
  #resize(): void {
    if (this.#options.form.text('format') === 'mapped') requestAnimationFrame(() => this.#editor.resize())
  }

  /** Node-RED's own expression editor, which is large and has the reference of all functions. */
  #large(): void {
    const open = () =>
      RED.editor.editExpression({ value: this.#text, complete: (changed) => this.#editor.setValue(changed, -1) })
    fill(byId('artifact-source-mapping-tools'), button(this.#word('editor'), 'fa-expand', open))
  }

  #recipes(): void {
    const menu = byId<HTMLSelectElement>('artifact-source-mapping-recipes')
    menu.setAttribute('aria-label', this.#word('start'))
    fill(
      menu,
      element('option', { value: '' }, this.#word('start')),
      ...MAPPING_RECIPES.map(({ id }) => element('option', { value: id }, this.#word(`recipe.${id}`))),
    )
    menu.addEventListener('change', () => {
      const recipe = MAPPING_RECIPES.find(({ id }) => id === menu.value)
      menu.value = ''
      if (recipe) this.#begin(recipe)
    })
  }

  #begin({ id, page, expression, sample, place }: MappingRecipe): void {
    const { form } = this.#options
    this.#editor.setValue(expression, -1)
    for (const [property, value] of Object.entries(place)) {
      if (form.text(property) === '') form.input(property).val(value).trigger('change')
    }
    if (this.#sample.value.trim() === '' || this.#sample.value === this.#brought) {
      this.#brought = json(sample.headers ? { headers: sample.headers, body: sample.body } : sample.body)
      this.#sample.value = this.#brought
    }
    const hint = byId('artifact-source-mapping-hint')
    fill(hint, `${this.#word(`recipe.${id}`)}: `, element('code', {}, page))
    form.input('mapping').val(this.#text).trigger('change')
  }

  #samples(): void {
    const last = button(this.#word('last'), 'fa-history', () => this.#fetchLast())
    fill(byId('artifact-source-sample-tools'), last)
    this.#sample.addEventListener('input', () => this.#preview.update())
  }

  async #fetchLast(): Promise<void> {
    const said = byId('artifact-source-sample-said')
    said.textContent = ''
    try {
      const answer = await adminGet(`sources/${encodeURIComponent(this.#options.id)}/last-request`)
      const { request } = answer as { request: { received_at: string } | null }
      if (request === null) {
        said.textContent = this.#word('no-last')
        return
      }
      const { received_at, ...shown } = request
      this.#sample.value = json(shown)
      said.textContent = this.#word('came', { at: new Date(received_at).toLocaleString() })
      this.#preview.update()
    } catch (error) {
      said.textContent = (error as Error).message || this.#word('no-answer')
    }
  }
}

const json = (value: unknown): string => JSON.stringify(value, null, 2)
