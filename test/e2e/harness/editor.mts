import type { Browser, ElementHandle, Locator, Page } from 'playwright-core'
import type { FlowNode } from './node-red.mts'

/** The part of the editor's own interface that the tests call inside the page; the same in Node-RED 4.1 and 5. */
interface EditorApi {
  actions: { invoke(name: string): void }
  comms: { subscribe(topic: string, heard: (topic: string, data: unknown) => void): void }
  nodes: {
    node(id: string): (FlowNode & { valid: boolean; validationErrors?: string[]; inputs?: number }) | null
    createCompleteNodeSet(options: { credentials: boolean }): FlowNode[]
    getType(type: string): unknown
    dirty(): boolean
    version(): string | null
    workspace(id: string): unknown
    filterNodes(filter: object): FlowNode[]
    eachConfig(callback: (node: FlowNode) => void): void
  }
  editor: { edit(node: unknown): void; editConfig(name: string, type: string, id: string): void }
  workspaces: { show(id: string): void; active(): string }
  view: { reveal(id: string): void; select(selection: object): void }
  sidebar: { show(id: string): void }
}
declare const RED: EditorApi

/** What Monaco says of the texts that are being edited. */
export interface MonacoModels {
  readonly editor: { getModels(): { getValue(): string }[] }
}

/** Everything on a busy machine takes its time. Milliseconds. */
const PATIENCE = 30_000

/** Complaints of the browser itself that are no fault of anybody. */
const HARMLESS = [/ResizeObserver loop/]

export interface EditorOptions {
  readonly colorScheme?: 'light' | 'dark'
  readonly width?: number
  readonly height?: number
  /** Physical pixels for one of the page's. */
  readonly scale?: number
  /** The browser's, which the editor follows. */
  readonly locale?: string
}

/** A Node-RED that somebody started; its URL is without a slash at the end. */
interface Running {
  readonly url: string
}

/** Node-RED's editor in a real browser, with the moves that a person makes. */
export class Editor {
  readonly page: Page
  /** Errors in the page, on its console, and requests that failed or left this machine. */
  readonly problems: string[] = []
  readonly #nodeRed: Running

  private constructor(page: Page, nodeRed: Running) {
    this.page = page
    this.#nodeRed = nodeRed
    page.setDefaultTimeout(PATIENCE)
    page.on('pageerror', (error) => this.#complain(`page error: ${error.stack ?? error.message}`))
    page.on('console', (message) => {
      if (message.type() === 'error') this.#complain(`console: ${message.text()} (${message.location().url})`)
    })
    page.on('request', (request) => {
      const url = request.url()
      if (/^https?:/.test(url) && !url.startsWith(nodeRed.url)) this.#complain(`request to the outside: ${url}`)
    })
  }

  #complain(problem: string): void {
    if (!HARMLESS.some((pattern) => pattern.test(problem))) this.problems.push(problem)
  }

  static async open(browser: Browser, nodeRed: Running, options: EditorOptions = {}): Promise<Editor> {
    const { colorScheme = 'light', width = 1440, height = 900, scale = 1, locale = 'en-US' } = options
    const context = await browser.newContext({
      viewport: { width, height },
      deviceScaleFactor: scale,
      colorScheme,
      locale,
      reducedMotion: 'reduce',
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    // what Settings > View > Theme stores; Node-RED 4.1 knows no themes
    await context.addInitScript((theme) => localStorage.setItem('view-dark-theme', theme), colorScheme)
    const editor = new Editor(await context.newPage(), nodeRed)
    await editor.load()
    return editor
  }

  /** Opens the editor, or opens it again: what was not deployed is gone then. */
  async load(): Promise<void> {
    await this.page.goto(this.#nodeRed.url, { waitUntil: 'load' })
    await this.page.waitForFunction(() => {
      const progress = document.getElementById('red-ui-loading-progress')
      const ours = document.querySelector('.red-ui-palette-node[data-palette-type="webhook-sender"]')
      // the flows come last; until then there is no revision of them
      return progress?.offsetParent == null && ours !== null && Boolean(RED.nodes.version())
    })
    // notices of success lie over the buttons of dialogs for some seconds
    await this.page.addStyleTag({ content: '#red-ui-notifications { display: none !important }' })
  }

  async close(): Promise<void> {
    await this.page.context().close()
  }

  /** Import > Examples > this package > `name`, by the menu, and drops nothing: an example brings its own tab. */
  async importExample(packageName: string, name: string): Promise<void> {
    const { page } = this
    const before = (await this.flow()).length
    await page.locator('#red-ui-header-button-sidemenu').click()
    await page.locator('#menu-item-import').click()
    await page.locator('#red-ui-tab-red-ui-clipboard-dialog-import-tab-examples a').click()
    const tree = page.locator('#red-ui-clipboard-dialog-import-tab-examples')
    await tree.locator('.red-ui-treeList-label', { hasText: packageName }).first().click()
    await tree.locator('.red-ui-treeList-label').getByText(name, { exact: true }).click()
    await page.locator('#red-ui-clipboard-dialog-ok:not(.disabled):not([disabled])').click()
    await page.waitForFunction(
      (count) => RED.nodes.createCompleteNodeSet({ credentials: false }).length > count,
      before,
    )
  }

  /** The flow as the editor would export it: with what was not deployed yet, without credentials. */
  async flow(): Promise<FlowNode[]> {
    return this.page.evaluate(() => JSON.parse(JSON.stringify(RED.nodes.createCompleteNodeSet({ credentials: false }))))
  }

  /** Whether there is anything to deploy. */
  async dirty(): Promise<boolean> {
    return this.page.evaluate(() => RED.nodes.dirty())
  }

  /** Shows the tab of this label. */
  async showTab(label: string): Promise<void> {
    await this.page.locator('#red-ui-workspace-tabs .red-ui-tab', { hasText: label }).first().click()
  }

  /** Shows the tab that a node is on, without opening the node. */
  async reveal(id: string): Promise<void> {
    await this.page.evaluate((node) => RED.view.reveal(node), id)
  }

  /**
   * Opens a node's dialog as a person does: a double click on the canvas, and once more if the machine was too busy to
   * see two quick clicks in it.
   */
  async openNode(id: string): Promise<Dialog> {
    await this.reveal(id)
    const node = this.page.locator(`[id="${id}"]`).first()
    const trays = this.page.locator('.red-ui-tray')
    const before = await trays.count()
    await this.fromTray(async () => {
      await node.waitFor()
      await settled(node)
      for (let time = 0; time < 5 && (await trays.count()) === before; time += 1) {
        await node.dblclick()
        await trays
          .nth(before)
          .waitFor({ timeout: 4000 })
          .catch(() => {})
      }
    })
    return new Dialog(this.page, 'node')
  }

  /** Opens the dialog of a config node, or with `_ADD_` of a new one of this type. */
  async openConfig(type: string, id: string): Promise<Dialog> {
    await this.fromTray(() =>
      this.page.evaluate(([nodeType, node]) => RED.editor.editConfig('', nodeType, node), [type, id] as const),
    )
    return new Dialog(this.page, 'node-config')
  }

  /** The dialog that is open. */
  dialog(kind: 'node' | 'node-config'): Dialog {
    return new Dialog(this.page, kind)
  }

  /** Runs what opens a dialog, and waits until the dialog stands still. */
  async fromTray(open: () => Promise<void>): Promise<void> {
    const trays = this.page.locator('.red-ui-tray')
    const below = (await trays.count()) > 0 ? await trays.last().elementHandle() : null
    await open()
    // the editor takes the dialog below away before it shows the one above
    if (below) await gone(below, this.page)
    await trays.last().waitFor()
    await settled(trays.last())
    // the first one of a page is still fetched
    const form = trays.last().locator('.aa-form').first()
    if ((await form.count()) > 0) await form.waitFor()
  }

  /** Whether the node has the red triangle, and why. */
  async validity(id: string): Promise<{ valid: boolean; reasons: string[] }> {
    return this.page.evaluate((node) => {
      const found = RED.nodes.node(node)
      return { valid: found?.valid ?? false, reasons: [...(found?.validationErrors ?? [])] }
    }, id)
  }

  /**
   * Points at a field or a button until its tooltip is there, and then at nothing until it has gone. Returns what it said.
   */
  async tooltipOf(part: Locator): Promise<string> {
    await part.hover()
    const said = await this.page.waitForFunction(() => {
      const shown = [...document.querySelectorAll('.red-ui-popover')].filter((one) => one.getClientRects().length > 0)
      return shown.map(({ textContent }) => textContent?.trim()).findLast(Boolean)
    })
    await this.page.mouse.move(1000, 20)
    await this.page.waitForFunction(() => document.querySelector('.red-ui-popover') === null)
    return (await said.jsonValue()) as string
  }

  /** How many pixels a node's help is wider than a sidebar of that width. */
  async helpBeyond(type: string, width: number): Promise<number> {
    return this.page.evaluate(
      ([type, width]) => {
        const { RED } = globalThis as unknown as { RED: { nodes: { getNodeHelp(type: string): string } } }
        const help = document.createElement('div')
        help.className = 'red-ui-help'
        help.style.width = `${width}px`
        help.innerHTML = RED.nodes.getNodeHelp(type)
        document.body.append(help)
        const beyond = help.scrollWidth - help.clientWidth
        help.remove()
        return beyond
      },
      [type, width] as const,
    )
  }

  /** Presses Deploy, and waits until it is done. */
  async deploy(): Promise<void> {
    const answer = this.page.waitForResponse(
      (response) => response.url().endsWith('/flows') && response.request().method() === 'POST',
    )
    await this.page.locator('#red-ui-header-button-deploy:not(.disabled)').click()
    const response = await answer
    if (!response.ok()) throw new Error(`The deploy was answered ${response.status()}: ${await response.text()}`)
    // it is answered before the flows start; that they have is told to every editor, and to those that come later
    await this.page.evaluate(
      (rev) =>
        new Promise<void>((resolve) => {
          const topic = 'notification/runtime-deploy'
          RED.comms.subscribe(topic, (_topic: string, data: unknown) => {
            if ((data as { revision: string }).revision === rev) resolve()
          })
        }),
      ((await response.json()) as { rev: string }).rev,
    )
    await this.page.waitForFunction(() => !RED.nodes.dirty())
  }

  /** Presses the button that a node has on the canvas. */
  async pressButton(id: string): Promise<void> {
    await this.reveal(id)
    await this.page.locator(`[id="${id}"] .red-ui-flow-node-button-button`).first().click()
  }

  /** The text below a node on the canvas. */
  status(id: string): Locator {
    return this.page.locator(`[id="${id}"] .red-ui-flow-node-status-label`)
  }

  /** Shows a tab of the sidebar. */
  async showSidebar(id: string): Promise<void> {
    await this.page.evaluate((tab) => RED.sidebar.show(tab), id)
  }

  /** The payloads in the debug sidebar, oldest first; the sidebar is shown. */
  async debugMessages(): Promise<Locator> {
    await this.page.evaluate(() => RED.actions.invoke('core:show-debug-tab'))
    return this.page.locator('.red-ui-debug-msg .red-ui-debug-msg-payload')
  }

  /** Gives the canvas the room of the palette. */
  async hidePalette(): Promise<void> {
    await this.page.evaluate(() => RED.actions.invoke('core:toggle-palette'))
  }

  async screenshot(file: string, of: Locator | Page = this.page): Promise<void> {
    await of.screenshot({ path: file, animations: 'disabled', caret: 'hide' })
  }
}

/** The topmost open dialog (Node-RED calls it a tray). */
export class Dialog {
  readonly page: Page
  readonly tray: Locator
  readonly #prefix: string

  constructor(page: Page, prefix: 'node' | 'node-config') {
    this.page = page
    this.#prefix = prefix
    this.tray = page.locator('.red-ui-tray').last()
  }

  /** The field of a property. */
  field(property: string): Locator {
    return this.page.locator(`#${this.#prefix}-input-${property}`)
  }

  /** Unfolds a part of the dialog that may be folded. */
  async unfold(id: string): Promise<void> {
    const section = this.tray.locator(`#${id}`)
    if ((await section.getAttribute('open')) === null) await section.locator('> summary').click()
  }

  /**
   * Pastes into the dialog's code editor, in place of what it holds, and returns when it is there: Monaco takes a paste
   * over in its own time. (Typing would be completed on the way.)
   */
  async typeCode(text: string): Promise<void> {
    const input = this.tray.locator('.monaco-editor textarea, .monaco-editor .native-edit-context').first()
    await input.focus()
    await this.page.keyboard.press('ControlOrMeta+A')
    await input.evaluate((target, pasted) => {
      const clipboardData = new DataTransfer()
      clipboardData.setData('text/plain', pasted)
      target.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
    }, text)
    await this.page.waitForFunction(
      (pasted) =>
        (globalThis as unknown as { monaco: MonacoModels }).monaco.editor
          .getModels()
          .some((model) => model.getValue() === pasted),
      text,
    )
  }

  /** What of our form a keyboard cannot reach, or a screen reader cannot name, as the start of its HTML. */
  async unreachable(): Promise<string[]> {
    return this.tray.locator('.aa-form').evaluate((form) => {
      const named = (part: HTMLElement) =>
        part.getAttribute('aria-label') ||
        [...((part as HTMLInputElement).labels ?? [])].some((label) => label.textContent?.trim()) ||
        (/^(BUTTON|SUMMARY|A)$/.test(part.tagName) && part.textContent?.trim())
      return [...form.querySelectorAll<HTMLElement>('input, select, textarea, button, summary, a, [role=button]')]
        .filter((part) => part.offsetParent !== null && part.ariaHidden !== 'true' && !part.closest('.monaco-editor'))
        .filter((part) => part.tabIndex < 0 || !named(part))
        .map((part) => part.outerHTML.slice(0, 120))
    })
  }

  /** How many pixels of our form are out of sight on the right. */
  async beyond(): Promise<number> {
    return this.tray.locator('.aa-form').evaluate((form) => form.scrollWidth - form.clientWidth)
  }

  /** Accepts the dialog; what it was opened from stays. */
  async done(): Promise<void> {
    await this.#leave('ok')
  }

  async cancel(): Promise<void> {
    await this.#leave('cancel')
  }

  async #leave(button: 'ok' | 'cancel'): Promise<void> {
    const trays = this.page.locator('.red-ui-tray')
    const tray = (await trays.last().elementHandle()) as ElementHandle<Element>
    await this.page.locator(`#${this.#prefix}-dialog-${button}`).click()
    await gone(tray, this.page)
    if ((await trays.count()) > 0) await settled(trays.last())
  }
}

/** Resolves when the page has the element no more. Looks in every frame: Playwright's own wait does twice a second. */
async function gone(element: ElementHandle<Element>, page: Page): Promise<void> {
  await page.waitForFunction((left) => !left.isConnected, element)
  await element.dispose()
}

/** Resolves when the element has stopped moving: trays slide in and out. */
async function settled(element: Locator): Promise<void> {
  await element.evaluate(
    (moving) =>
      new Promise<void>((resolve) => {
        let last = ''
        let still = 0
        const look = () => {
          const { left, width } = moving.getBoundingClientRect()
          const now = `${left} ${width}`
          still = now === last ? still + 1 : 0
          last = now
          if (still >= 5) resolve()
          else requestAnimationFrame(look)
        }
        look()
      }),
  )
}
