import { compilePattern } from '../../lib/alias/pattern.js'
import { matchesPattern } from '../../lib/automations/judgement.js'
import { compileTrigger, type TriggerSettings } from '../../lib/automations/trigger.js'
import { defineDialog } from '../editor/define-dialog.js'
import { byId } from '../editor/element.js'
import { AliasTester } from '../editor/event/alias-tester.js'
import { EventChoice } from '../editor/event/event-choice.js'
import { summaryOf } from '../editor/event/trigger-summary.js'
import { namesSomething, type TriggerWarning, triggerWarning } from '../editor/event/trigger-warning.js'
import { problemOf } from '../editor/form/check.js'
import { closeForm, openForm } from '../editor/form/form.js'
import { Note } from '../editor/form/note.js'
import type { EditorNode } from '../editor/red-editor.d.js'
import { CURRENT_VERSION, DEFAULTS, migrate, RUN_PROPERTIES } from './artifact-event.migrate.js'
import { Offers } from './offers.editor.js'
import { RunFields } from './run-fields.editor.js'
import { isWatched, runProblem } from './run-problem.editor.js'

interface TriggerNode extends EditorNode {
  source?: string
  events?: string[]
  pattern?: string
}

const choices = new WeakMap<object, { readonly events: EventChoice; readonly runs: RunFields }>()

/** Judges the events as the runtime does, while everything else is taken to be right. */
const eventsProblem = (events: readonly string[]): string | null =>
  problemOf(() => compileTrigger({ ...DEFAULTS, events } as TriggerSettings))

const sayOf = (note: Note, problem: string | null, warning: string): void =>
  note.say(problem === null ? 'warning' : 'error', problem ?? warning)

/** Properties about runs, judged only where they count. */
const ofRuns = Object.fromEntries(
  (Object.keys(RUN_PROPERTIES) as (keyof typeof RUN_PROPERTIES)[])
    .filter((property) => property !== 'states')
    .map((property) => [
      property,
      function (this: TriggerNode, value: string | undefined) {
        return runProblem(this, property, value)
      },
    ]),
)

defineDialog<TriggerNode>('artifact-event', {
  problems: {
    events: (events: string[] | undefined) => eventsProblem(events ?? DEFAULTS.events),
    pattern: (pattern: string | undefined) => problemOf(() => compilePattern(pattern ?? '')),
    ...ofRuns,
  },
  oneditprepare() {
    const form = openForm(this, { prefix: 'node-input', migrate, currentVersion: CURRENT_VERSION })
    const choice = new EventChoice(byId('artifact-event-events'), form.config['events'] as string[], this._)
    const runs = new RunFields(form, this._)
    choices.set(this, { events: choice, runs })
    form.choose('events', () => choice.events)
    new Offers(form, this._)
    const eventsNote = new Note(byId('artifact-event-events'))
    const patternNote = new Note(form.input('pattern'))
    const tester = new AliasTester(byId('artifact-event-tester'), {
      label: this._('artifact-event.tester.label'),
      hint: this._('artifact-event.tester.hint'),
      examples: 'production, staging, latest, v3',
      judge: (subject) => {
        if (problemOf(() => compilePattern(form.text('pattern')))) return null
        const taken = matchesPattern(compilePattern(form.text('pattern')), subject)
        return { taken, words: this._(`artifact-event.tester.${taken ? 'yes' : 'no'}`) }
      },
    })
    const settings = (): TriggerSettings => ({
      scope: form.text('scope') as TriggerSettings['scope'],
      entity: form.text('entity'),
      project: form.text('project'),
      collection: form.text('collection'),
      events: choice.events,
      pattern: form.text('pattern'),
    })
    const update = () => {
      const warning = triggerWarning(settings())
      const warn = (...kinds: TriggerWarning['kind'][]) =>
        warning && kinds.includes(warning.kind)
          ? this._(`artifact-event.warning.${warning.kind}`, { events: warning.events })
          : ''
      sayOf(
        patternNote,
        problemOf(() => compilePattern(form.text('pattern'))),
        warn('pattern'),
      )
      sayOf(eventsNote, eventsProblem(choice.events), warn('collection', 'registry-runs'))
      tester.update()
      // a pattern that no chosen event can meet stays in sight, to be taken away
      const named = choice.events.some(namesSomething)
      $('.artifact-event-pattern').toggle(named || form.text('pattern') !== '')
      $('#artifact-event-tester').toggle(named)
      runs.show(choice.events, isWatched(this))
      form.judge()
      byId('artifact-event-summary').textContent = summaryOf(settings(), this._)
    }
    choice.onChange = update
    form.watch(['scope'], () => {
      const scope = form.text('scope')
      const words = (part: string) => this._(`artifact-event.scope-words.${scope}.${part}`)
      byId('artifact-event-entity-label').textContent = words('entity')
      byId('artifact-event-project-label').textContent = words('project')
      form.input('entity').attr('placeholder', words('any-entity'))
      form.input('project').attr('placeholder', words('any-project'))
      byId('artifact-event-scope-hint').textContent = words('hint')
      $('.artifact-event-project').toggle(scope === 'registry' || scope === 'project')
    })
    form.watch(['source', 'scope', 'entity', 'project', 'collection', 'pattern'], update)
  },
  oneditsave() {
    const { events, runs } = choices.get(this) ?? {}
    if (events?.changed) this.events = events.events
    if (runs?.changed) this['states'] = runs.states
    closeForm(this)?.save(events?.changed === true || runs?.changed === true)
  },
  oneditcancel() {
    closeForm(this)
  },
})
