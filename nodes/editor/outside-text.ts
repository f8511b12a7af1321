import { AutomationError } from '../../lib/error.js'
import type { InertText } from './red-editor.d.js'

/**
 * The one place where a text from outside (a name, an answer, an alias, a refusal, an error) is made fit for the parts
 * of Node-RED's editor that take texts for HTML: notices, the popover of a copy button, and the reasons of validators,
 * which the sidebar of configuration nodes puts between tags. Everything else of ours makes text nodes (`element`).
 * The compiler holds it: what those parts accept (red-editor.d.ts), only this file makes.
 */

/** Takes no room and joins two characters: to a browser "<" before it begins no tag, and "&" no entity. */
const JOINER = '\u2060'

/** The same text to whoever shows it as text, and to whoever takes it for HTML. */
export const inertText = (text: string): InertText => text.replace(/[<&]/g, `$&${JOINER}`) as InertText

/** As it was before, to be shown in a text node. */
export const readable = (text: string): string => text.replaceAll(JOINER, '')

/**
 * The answer of a validator. What it throws is a reason too: Node-RED would say it in its own words, as HTML.
 * @param judge returns what is wrong, or null
 */
export function verdict(judge: () => string | null): true | InertText {
  let problem: string | null
  try {
    problem = judge()
  } catch (error) {
    if (!(error instanceof AutomationError)) console.warn(error)
    problem = error instanceof Error ? error.message : String(error)
  }
  return problem === null || inertText(problem)
}

interface NoticeOptions {
  readonly type: 'warning' | 'success' | 'error'
  /** Milliseconds. */
  readonly timeout?: number
}

/** A notice at the top of the editor. */
export function notify(text: string, options: NoticeOptions): void {
  RED.notify($('<p>').text(text), options)
}

/** Copies a text, and says so beside the button. */
export function copyText(text: string, button: HTMLElement, said: string): void {
  RED.clipboard.copyText(text, $(button), inertText(said))
}

/** The form of a node's dialog, as the package itself brings it; its words are of the node's catalog. */
export function ownForm(type: string): HTMLElement {
  const catalog = `@artifact-automations/node-red/${type}:`
  const form = $('<div>').append($(document.querySelector(`script[data-template-name="${type}"]`)?.innerHTML ?? ''))
  for (const part of form.find('[data-i18n]').get()) {
    const keys = (part.dataset['i18n'] ?? '').split(';')
    part.dataset['i18n'] = keys.map((key) => key.replace(/^(\[[^\]]+\])?/, `$&${catalog}`)).join(';')
  }
  form.i18n()
  return form.get(0)?.firstElementChild as HTMLElement
}

interface TrayOptions {
  readonly title: string
  readonly width: number
  readonly buttons: readonly { id: string; text: string; class?: string; click(): void }[]
  readonly open: (body: HTMLElement) => void
  readonly close: () => void
  readonly resize: () => void
}

/** A dialog as Node-RED's own slide in. */
export function showTray({ title, open, ...options }: TrayOptions): void {
  RED.tray.show({
    ...options,
    title: inertText(title),
    // whoever fills the tray knows what is to be filled in first
    focusElement: false,
    open: (tray, done) => {
      open(tray.find('.red-ui-tray-body').get(0) as HTMLElement)
      done?.()
    },
  })
}
