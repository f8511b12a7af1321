import type { ArtifactEvent } from '../../../lib/events/event.js'
import { VOCABULARY } from '../../../lib/events/vocabulary.js'
import { EVENT_PREFIX, METADATA_PREFIX } from '../../../lib/template/names.js'
import { element, fill } from '../element.js'
import type { Translate } from '../red-editor.d.js'
import { secretNames } from '../webhook/secrets.js'
import { descriptionOf, metadataNames, ownNames } from './template-names.js'

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
    const fields = (fits: (name: string) => boolean): Entry[] =>
      VOCABULARY.filter(({ name }) => fits(name)).map(({ name }) => ({
        name,
        description: descriptionOf(name, _),
        value: event[name],
      }))
    const groups: [key: string, entries: Entry[]][] = [
      ['event', fields((name) => !/^(artifact_|run_|metric_|alias$|tag$)/.test(name))],
      ['artifact', fields((name) => /^(artifact_|alias$|tag$)/.test(name))],
      ['metadata', metadata(event)],
      ['run', fields((name) => /^(run_|metric_)/.test(name))],
      ['own', ownFields(event, _('payload-template.variables.own-field'))],
      [
        'automation',
        [
          {
            name: 'automation_name',
            description: descriptionOf('automation_name', _),
            value: automationName,
          },
          { name: 'event_json', description: descriptionOf('event_json', _), value: event },
        ],
      ],
      [
        'secret',
        [
          { name: 'ACCESS_TOKEN', description: _('payload-template.variables.access-token'), value: undefined },
          ...secretNames().map((name) => ({
            name,
            description: _('payload-template.variables.secret'),
            value: undefined,
          })),
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

const metadata = (event: ArtifactEvent): Entry[] =>
  metadataNames(event).map((name) => ({
    name,
    description: '',
    value: event.artifact_metadata?.[name.slice(METADATA_PREFIX.length)],
  }))

const ownFields = (event: ArtifactEvent, description: string): Entry[] =>
  ownNames(event).map((name) => ({ name, description, value: event[name.slice(EVENT_PREFIX.length)] }))

const LONGEST = 120

function shorten(value: unknown): string {
  if (value === undefined || value === null || value === '') return ''
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}
