import { element } from '../editor/element.js'
import type { AutomationRow } from './automation-rows.editor.js'
import { bars } from './drawing.editor.js'
import { statusMark, timeMark } from './status-words.editor.js'
import { words } from './words.editor.js'

/** What is worth saying of its state: that it is enabled, only where nothing else is. */
export function stateMarks({ states, problem, node }: AutomationRow): HTMLElement[] {
  return states
    .filter((state) => state !== 'enabled' || states.length === 1)
    .map((state) => {
      if (state === 'problem') return statusMark(state, problem ?? '', problem ?? '')
      return statusMark(state, words(state === 'not-deployed' && node === null ? 'state.deleted' : `state.${state}`))
    })
}

/** The sentence, whose end (where it goes) stays in sight where there is no room for all of it. */
export function sentenceMark({ sentence }: AutomationRow): HTMLElement {
  const at = sentence.lastIndexOf('→')
  const [what, where] = at < 0 ? [sentence, ''] : [sentence.slice(0, at), sentence.slice(at)]
  return element('span', { title: sentence }, element('span', {}, what), element('span', { class: 'aa-where' }, where))
}

export function lastFired({ lastFiredAt: at, lastStatus: status, isKnown }: AutomationRow): (Node | string)[] {
  if (!isKnown) return ['…']
  if (at === null) return [words('never')]
  return [timeMark(at), ...(status === null ? [] : [' ', statusMark(status, words(`status.${status}`))])]
}

export function dayPicture({ fired, delivered, failed }: AutomationRow['day']): (Node | string)[] {
  const text = words('day-automation', { fired, delivered, failed })
  return [
    bars(
      [
        { good: fired, bad: 0 },
        { good: delivered, bad: failed },
      ],
      text,
      26,
      16,
    ),
    element('span', { class: 'aa-figures', 'aria-hidden': 'true' }, ` ${fired} · ${delivered} · ${failed}`),
  ]
}
