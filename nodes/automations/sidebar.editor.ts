import { element } from '../editor/element.js'
import { installStyles } from '../editor/styles.js'
import { AutomationsView } from './automations-view.editor.js'
import { DeliveryView } from './delivery-view.editor.js'
import { refuseDisabled } from './disable.editor.js'
import { EventsView } from './events-view.editor.js'
import { HistoryView } from './history-view.editor.js'
import { KnownAutomations } from './known-automations.editor.js'
import { Live } from './live.editor.js'
import { type Detail, Panel } from './panel.editor.js'
import type { Place, TabName, View } from './place.editor.js'
import type { Wish } from './query.js'
import { SecretsView } from './secrets-view.editor.js'
import { installSideStyles } from './side-styles.editor.js'
import { renewTimes } from './status-words.editor.js'
import { TabList } from './tab-list.editor.js'
import { TroubleStrip } from './trouble-strip.editor.js'
import type { Trouble } from './troubles.editor.js'
import { WebhooksView } from './webhooks-view.editor.js'
import { WhyView } from './why-view.editor.js'
import { mayWrite, words } from './words.editor.js'

const TABS: readonly TabName[] = ['automations', 'history', 'events', 'webhooks', 'secrets']

/** The sidebar's tabs, with what is open in each. */
export class Sidebar implements Place {
  readonly live: Live
  readonly automations: KnownAutomations
  readonly #tabs: TabList<TabName>
  readonly #panels: Readonly<Record<TabName, Panel>>
  readonly #views: Readonly<Record<TabName, View>>
  readonly #history: HistoryView
  readonly #automations: AutomationsView
  /** What each tab has open, by the names that `live` knows: its list, and what lies over it. */
  readonly #watched = new Map<TabName, string[]>()

  constructor(root: HTMLElement) {
    installStyles()
    installSideStyles()
    root.classList.add('aa-side', 'aa-side-look')
    this.live = new Live(root)
    this.automations = new KnownAutomations(this.live)
    this.#tabs = new TabList(TABS, words('title'), (name) => this.#show(name))
    this.#history = new HistoryView(this)
    this.#automations = new AutomationsView(this)
    this.#views = {
      automations: this.#automations,
      history: this.#history,
      events: new EventsView(this),
      webhooks: new WebhooksView(this),
      secrets: new SecretsView(this),
    }
    this.#panels = Object.fromEntries(
      TABS.map((name) => {
        const panel = new Panel(name, this.#tabs.idOf(name), this.#views[name].element)
        panel.onReturn = () => this.#views[name].focus()
        this.#watched.set(name, [name])
        return [name, panel]
      }),
    ) as unknown as Record<TabName, Panel>
    const strip = new TroubleStrip((trouble) => this.#look(trouble))
    const readOnly = mayWrite() ? null : element('p', { class: 'aa-read-only' }, words('read-only-line'))
    root.replaceChildren(
      this.#tabs.element,
      ...[strip.element, readOnly].filter((part) => part !== null),
      ...Object.values(this.#panels).map(({ element }) => element),
    )
    root.addEventListener('keydown', (event) => this.#undo(event))
    refuseDisabled(root)
    renewTimes(root)
    this.#tabs.choose('automations')
  }

  #show(name: TabName): void {
    for (const tab of TABS) this.#panels[tab].element.hidden = tab !== name
    this.live.front(this.#watched.get(name)?.at(-1) ?? name)
  }

  open(detail: Detail, watched = ''): void {
    const tab = this.#tabs.chosen
    const open = this.#watched.get(tab) as string[]
    open.push(watched)
    const closed = detail.closed?.bind(detail)
    this.#panels[tab].open({
      title: detail.title,
      element: detail.element,
      closed: () => {
        closed?.()
        open.splice(open.lastIndexOf(watched), 1)
        if (this.#tabs.chosen === tab) this.live.front(open.at(-1) ?? tab)
      },
    })
    this.live.front(watched)
  }

  back(): void {
    this.#panels[this.#tabs.chosen].back()
  }

  /** A source has no row of its own: its automations say what is wrong with it. */
  #look({ kind, id }: Trouble): void {
    const tab = kind === 'source' ? 'automations' : 'webhooks'
    this.#panels[tab].home()
    this.#tabs.choose(tab)
    if (kind === 'source') this.#automations.showSource(id)
    this.#tabs.focus()
  }

  showDeliveries(wish: Wish): void {
    this.#panels.history.home()
    this.#tabs.choose('history')
    this.#history.filter(wish)
    this.#tabs.focus()
  }

  openDelivery(id: string): void {
    const view = new DeliveryView(this, id)
    this.open(view, view.watched)
  }

  openWhy(source: string, eventId: string): void {
    const view = new WhyView(this, source, eventId)
    this.open(view, view.watched)
  }

  /** What an address with a hash names, such as `deliveries/<id>`. */
  visit(path: string): void {
    const [what, id] = path.split('/')
    if (what !== 'deliveries' || !id) return
    this.#panels.history.home()
    this.#tabs.choose('history')
    this.openDelivery(decodeURIComponent(id))
  }

  /** The editor's own shortcut works where the canvas has the focus only. */
  #undo(event: KeyboardEvent): void {
    const isText = (event.target as Element).matches('input, textarea')
    if (isText || event.altKey || !(event.ctrlKey || event.metaKey)) return
    const key = event.key.toLowerCase()
    if (key !== 'z' && key !== 'y') return
    event.preventDefault()
    event.stopPropagation()
    RED.actions.invoke(key === 'y' || event.shiftKey ? 'core:redo' : 'core:undo')
  }
}
