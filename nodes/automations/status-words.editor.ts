import { element } from '../editor/element.js'
import { times, words } from './words.editor.js'

const LOOK: Readonly<Record<string, { readonly icon: string; readonly kind: string }>> = {
  delivered: { icon: 'fa-check', kind: 'good' },
  failed: { icon: 'fa-times', kind: 'bad' },
  pending: { icon: 'fa-clock-o', kind: 'waits' },
  'dry-run': { icon: 'fa-eye', kind: 'quiet' },
  working: { icon: 'fa-check', kind: 'good' },
  held: { icon: 'fa-clock-o', kind: 'waits' },
  paused: { icon: 'fa-pause', kind: 'waits' },
  resting: { icon: 'fa-moon-o', kind: 'waits' },
  broken: { icon: 'fa-times', kind: 'bad' },
  enabled: { icon: 'fa-check', kind: 'good' },
  disabled: { icon: 'fa-ban', kind: 'quiet' },
  elsewhere: { icon: 'fa-user', kind: 'waits' },
  'not-deployed': { icon: 'fa-circle-o', kind: 'waits' },
  problem: { icon: 'fa-times', kind: 'bad' },
  set: { icon: 'fa-check', kind: 'good' },
  'not-set': { icon: 'fa-times', kind: 'bad' },
  fired: { icon: 'fa-check', kind: 'good' },
  'not-fired': { icon: 'fa-minus', kind: 'quiet' },
}

/** A state as a sign and in words: the colour says nothing that they do not. */
export function statusMark(state: string, text: string, title = ''): HTMLElement {
  const { icon, kind } = LOOK[state] ?? { icon: 'fa-circle-o', kind: 'quiet' }
  return element(
    'span',
    { class: `aa-state aa-is-${kind}`, ...(title !== '' && { title }) },
    element('i', { class: `fa ${icon}`, 'aria-hidden': 'true' }),
    ` ${text}`,
  )
}

/** A time as a list has it, with all of it in the tooltip. */
export function timeMark(at: string | null | undefined, none = '–'): HTMLElement | string {
  if (!at) return none
  return element('time', { datetime: at, title: times.full(at) }, times.short(at, new Date()))
}

/** How often it is looked whether there is another day. Milliseconds. */
const MINUTE = 60_000

/** What has no date is of today: at midnight times get theirs, also on rows that stay as they are. */
export function renewTimes(root: Element): void {
  const today = () => new Date().toDateString()
  let day = today()
  setInterval(() => {
    if (day === today()) return
    day = today()
    for (const time of root.querySelectorAll('time')) time.textContent = times.short(time.dateTime, new Date())
  }, MINUTE)
}

/** What became of a delivery: `delivered · 200`, `failed · 404`. */
export function deliveryWords({
  status,
  status_code: code,
  error,
}: {
  status: string
  status_code: number | null
  error?: { code: string }
}): string {
  const detail = code ?? (status === 'delivered' ? null : (error?.code.replaceAll('_', ' ') ?? null))
  const word = words(`status.${status}`)
  return detail === null ? word : `${word} · ${detail}`
}
