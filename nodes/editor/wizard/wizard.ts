import { isRegistry, registryName } from '../../../lib/events/registry.js'
import { element } from '../element.js'
import { choosePreviewed } from '../event/previewed.js'
import { wireDrafts } from '../event/wires.js'
import { notify, showTray } from '../outside-text.js'
import type { Shared } from '../shared.js'
import { installStyles } from '../styles.js'
import { askToLeave } from './ask-to-leave.js'
import { create } from './create.js'
import { DraftConfigs } from './draft.js'
import { FormStep, NameStep, type Step } from './steps.js'
import { installWizardStyles } from './wizard-styles.js'
import { words } from './words.js'

type Begun = NonNullable<Parameters<NonNullable<Shared['newAutomation']>>[0]>

/** It stands in the last step. */
const DESCRIPTION = '.form-row:has(#node-input-description)'
const BUTTONS = { cancel: 'aa-wizard-cancel', back: 'aa-wizard-back', next: 'aa-wizard-next' } as const

/** Leads through making an automation: the forms of its nodes, one after the other. */
class Wizard {
  readonly #drafts = new DraftConfigs()
  readonly #dirty = RED.nodes.dirty()
  readonly #event: FormStep
  readonly #payload = new FormStep('payload', 'payload-template', this.#drafts, [])
  readonly #webhook = new FormStep('webhook', 'webhook-sender', this.#drafts, [], { first: 'webhook' })
  readonly #name = new NameStep()
  readonly #steps: readonly Step[]
  readonly #started = new Set<Step>()
  readonly #list = element('ol', { class: 'aa-steps', 'aria-label': words('steps') })
  readonly #place = element('div', { class: 'aa-step' })
  #at = 0
  #touched = false
  #open = true

  /** @param begun an event that it begins with, and its source */
  constructor(begun?: Begun) {
    installStyles()
    installWizardStyles()
    const values = begun && valuesFor(begun)
    this.#event = new FormStep('event', 'artifact-event', this.#drafts, [DESCRIPTION], { first: 'source', values })
    this.#steps = [this.#event, this.#payload, this.#webhook, this.#name]
    if (begun) choosePreviewed(this.#payload.node, begun.event)
    wireDrafts([this.#event.node, this.#payload.node, this.#webhook.node])
    showTray({
      title: words('title'),
      width: 720,
      buttons: [
        { id: BUTTONS.cancel, text: words('cancel'), click: () => this.#leave() },
        { id: BUTTONS.back, text: words('back'), click: () => this.#show(this.#at - 1) },
        { id: BUTTONS.next, text: words('next'), class: 'primary', click: () => this.#next() },
      ],
      open: (body) => this.#fill(body),
      close: () => this.#closed(),
      resize: () => this.#step.resize(),
    })
  }

  get #step(): Step {
    return this.#steps[this.#at] as Step
  }

  #fill(body: HTMLElement): void {
    const root = element(
      'div',
      { class: 'aa-wizard', role: 'group', 'aria-label': words('title') },
      this.#list,
      this.#place,
    )
    body.append(root)
    for (const kind of ['input', 'change'])
      root.addEventListener(kind, (event) => {
        this.#touched ||= !(event instanceof CustomEvent)
      })
    root.closest('.red-ui-tray')?.addEventListener('keydown', (event) => this.#key(event as KeyboardEvent))
    this.#show(0)
  }

  /** Escape is Node-RED's for dialogs with other buttons than ours. */
  #key(event: KeyboardEvent): void {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      event.stopPropagation()
      this.#next()
    }
    if (event.key !== 'Escape' || event.defaultPrevented) return
    // the code editor closes its suggestions with it
    if ((event.target as Element).closest('.monaco-editor')?.querySelector('.suggest-widget.visible')) return
    event.preventDefault()
    event.stopPropagation()
    this.#leave()
  }

  #show(at: number): void {
    this.#at = at
    const step = this.#step
    this.#place.replaceChildren(step.element)
    if (!this.#started.has(step)) {
      this.#started.add(step)
      step.start()
    }
    this.#list.replaceChildren(
      ...this.#steps.map(({ name }, index) =>
        element('li', index === at ? { 'aria-current': 'step' } : {}, words(`step.${name}`)),
      ),
    )
    const back = document.getElementById(BUTTONS.back)
    if (back) back.style.display = at === 0 ? 'none' : ''
    const next = document.getElementById(BUTTONS.next)
    if (next) next.textContent = words(at === this.#steps.length - 1 ? 'create' : 'next')
    step.resize()
    this.#place.closest('.red-ui-tray-body')?.scrollTo(0, 0)
    // what is made at once has it already
    if (!this.#place.contains(document.activeElement)) step.focus()
  }

  #next(): void {
    const wrong = this.#step.insist()
    if (wrong) {
      for (let fold = wrong.closest('details'); fold; fold = fold.parentElement?.closest('details') ?? null)
        fold.open = true
      wrong.focus()
      wrong.scrollIntoView({ block: 'center' })
    } else if (this.#at < this.#steps.length - 1) this.#show(this.#at + 1)
    else this.#create()
  }

  #create(): void {
    const { name, description, flow } = this.#name.values
    this.#end(true)
    const nodes = [this.#event.node, this.#payload.node, this.#webhook.node]
    Object.assign(this.#event.node, { name, description })
    RED.tray.close()
    create(nodes, flow, this.#drafts, this.#dirty)
    notify(words('created', { name }), { type: 'success', timeout: 8000 })
  }

  #leave(): void {
    if (this.#touched) askToLeave(() => RED.tray.close())
    else RED.tray.close()
  }

  #closed(): void {
    if (!this.#open) return
    this.#end(false)
    this.#drafts.keep([])
    RED.nodes.dirty(this.#dirty)
  }

  #end(done: boolean): void {
    this.#open = false
    for (const step of this.#started) step.close(done)
    wireDrafts([])
  }
}

/** What a trigger for such events has. */
function valuesFor({ source, event: { event_type: type, project_name: project } }: Begun): Record<string, unknown> {
  const known = RED.nodes.node(source)?.type === 'artifact-source' ? { source } : {}
  return {
    ...known,
    events: [type],
    scope: isRegistry(project) ? 'registry' : 'project',
    project: registryName(project),
  }
}

if (window.artifactAutomations)
  window.artifactAutomations.newAutomation = (begun) => {
    // two of them would have fields of the same ids
    if (!document.querySelector('.aa-wizard')) new Wizard(begun)
  }
