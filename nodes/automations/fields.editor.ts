import { element } from '../editor/element.js'
import { shortZone, times, words } from './words.editor.js'

export interface Choice {
  readonly value: string
  readonly label: string
}

export interface Field {
  readonly element: HTMLElement
  value: string
}

/** Milliseconds after the last key before a search begins. */
const TYPED = 250

/** A field whose name stands in it as long as it is empty, where labels beside fields have no room. */
export function searchField(onChange: () => void): Field {
  const label = words('field.search')
  const input = element('input', {
    type: 'search',
    class: 'aa-search',
    'aria-label': label,
    placeholder: label,
    spellcheck: 'false',
  })
  let timer: ReturnType<typeof setTimeout> | undefined
  input.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(onChange, TYPED)
  })
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return
    clearTimeout(timer)
    onChange()
  })
  return fieldOf(input, input)
}

export interface ChoiceField extends Field {
  /** What there is to choose now; what was chosen stays chosen where it still is. */
  offer(choices: readonly Choice[]): void
}

/** A choice with *any* first, which is how it begins. */
export function choiceField(name: string, choices: readonly Choice[], onChange: () => void): ChoiceField {
  const label = words(`field.${name}`)
  const select = element('select', { class: 'aa-choice', 'aria-label': label })
  select.style.flexGrow = String(label.length)
  const any = element('option', { value: '' }, words('field.any', { field: label }))
  let offered = ''
  const offer = (now: readonly Choice[]) => {
    const text = JSON.stringify(now)
    if (text === offered) return
    offered = text
    const chosen = select.value
    const kept = chosen === '' || now.some(({ value }) => value === chosen) ? [] : [{ value: chosen, label: chosen }]
    select.replaceChildren(any, ...[...now, ...kept].map(({ value, label }) => element('option', { value }, label)))
    select.value = chosen
  }
  offer(choices)
  select.addEventListener('change', onChange)
  const field = fieldOf(select, select)
  return {
    element: field.element,
    offer,
    get value() {
      return select.value
    },
    set value(value) {
      if (value !== '' && ![...select.options].some((option) => option.value === value)) {
        select.append(element('option', { value }, value))
      }
      select.value = value
    },
  }
}

/** A date and time of the browser's zone, which it says. */
export function timeField(name: 'from' | 'until', onChange: () => void): Field {
  const label = words(`field.${name}`)
  const input = element('input', {
    type: 'datetime-local',
    class: 'aa-time',
    'aria-label': label,
    title: words('field.zone', { field: label, zone: times.zone }),
  })
  input.addEventListener('change', onChange)
  return fieldOf(
    element(
      'label',
      { class: 'aa-time-field' },
      element('span', { 'aria-hidden': 'true' }, words('field.in-zone', { field: label, zone: shortZone })),
      input,
    ),
    input,
  )
}

const fieldOf = (shown: HTMLElement, input: HTMLInputElement | HTMLSelectElement): Field => ({
  element: shown,
  get value() {
    return input.value
  },
  set value(value) {
    input.value = value
  },
})

/** The zone of all times of a view. */
export const zoneLine = (): HTMLElement => element('span', { class: 'aa-zone' }, words('zone', { zone: times.zone }))

/** The search and what is done beside it, and below that fields that can be folded away. */
export function filterBar(search: Field, fields: readonly Field[], actions: readonly HTMLElement[]): HTMLElement {
  // where there is little room times stand below the others
  const times = fields.findIndex(({ element }) => element.classList.contains('aa-time-field'))
  const shown: Node[] = fields.map(({ element }) => element)
  if (times > 0) shown.splice(times, 0, element('span', { class: 'aa-break' }))
  const below = element('div', { class: 'aa-fields' }, ...shown)
  const toggle = element(
    'button',
    {
      type: 'button',
      class: 'red-ui-button red-ui-button-small',
      'aria-expanded': 'true',
      'aria-label': words('button.filters'),
      title: words('button.filters'),
    },
    element('i', { class: 'fa fa-filter', 'aria-hidden': 'true' }),
  )
  toggle.addEventListener('click', () => {
    below.hidden = !below.hidden
    toggle.setAttribute('aria-expanded', String(!below.hidden))
  })
  return element(
    'div',
    { class: 'aa-bar' },
    element('div', { class: 'aa-bar-line' }, search.element, fields.length > 0 ? toggle : null, ...actions),
    below,
  )
}
