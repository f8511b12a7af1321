import type { ArtifactEvent } from '../../../lib/events/event.js'
import { VOCABULARY } from '../../../lib/events/vocabulary.js'
import { element, fill } from '../element.js'
import type { Translate } from '../red-editor.d.js'
import { secretNodes } from '../webhook/secrets.js'

interface Entry {
  readonly name: string
  readonly description: string
  /** What the event has for it; `undefined` for nothing. */
  readonly value: unknown
}

interface ListOptions {
  readonly _: Translate
  readonly insert: (slot: string) => void
}

/** Every name that a template can use, in groups, as buttons that insert it; with its value in the event at hand. */
export class VariableList {
  readonly #parent: Element
  readonly #options: ListOptions

  constructor(parent: Element, options: ListOptions) {
    this.#parent = parent
    this.#options = options
  }

  show(event: ArtifactEvent, automationName: string): void {
    const { _ } = this.#options
    const groups: [key: string, entries: Entry[]][] = [
      ['event', fields(event, (name) => !/^(artifact_|run_|metric_|alias$|tag$)/.test(name))],
      ['artifact', fields(event, (name) => /^(artifact_|alias$|tag$)/.test(name))],
      ['metadata', metadata(event)],
      ['run', fields(event, (name) => /^(run_|metric_)/.test(name))],
      ['own', ownFields(event, _('payload-template.variables.own-field'))],
      [
        'automation',
        [
          {
            name: 'automation_name',
            description: _('payload-template.variables.automation_name'),
            value: automationName,
          },
          { name: 'event_json', description: _('payload-template.variables.event_json'), value: event },
        ],
      ],
      [
        'secret',
        [
          { name: 'ACCESS_TOKEN', description: _('payload-template.variables.access-token'), value: undefined },
          ...secretNodes().flatMap(({ name }) =>
            name ? [{ name, description: _('payload-template.variables.secret'), value: undefined }] : [],
          ),
        ],
      ],
    ]
    const shown = groups.filter(([, entries]) => entries.length > 0)
    fill(
      this.#parent,
      ...shown.map(([key, entries]) => this.#group(_(`payload-template.variables.group.${key}`), entries)),
    )
  }

  #group(title: string, entries: readonly Entry[]): HTMLElement {
    const rows = entries.map(({ name, description, value }) => {
      const slot = `\${${name}}`
      const sample = shorten(value)
      const row = element(
        'button',
        { type: 'button' },
        element('code', {}, slot),
        element('span', {}, description),
        sample === '' ? null : element('small', {}, sample),
      )
      row.addEventListener('click', () => this.#options.insert(slot))
      return element('li', {}, row)
    })
    return element('section', { 'aria-label': title }, element('h4', {}, title), element('ul', {}, ...rows))
  }
}

const fields = (event: ArtifactEvent, fits: (name: string) => boolean): Entry[] =>
  VOCABULARY.filter(({ name }) => fits(name)).map(({ name, description }) => ({
    name,
    description,
    value: event[name],
  }))

const metadata = (event: ArtifactEvent): Entry[] =>
  Object.entries(event.artifact_metadata ?? {}).map(([key, value]) => ({
    name: `artifact_metadata.${key}`,
    description: '',
    value,
  }))

/** Fields that only this event's sender knows. */
const ownFields = (event: ArtifactEvent, description: string): Entry[] =>
  Object.entries(event)
    .filter(([name]) => !VOCABULARY.some((variable) => variable.name === name))
    .map(([name, value]) => ({ name: `event.${name}`, description, value }))

const LONGEST = 120

function shorten(value: unknown): string {
  if (value === undefined || value === null || value === '') return ''
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}
