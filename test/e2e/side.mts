import type { Locator, Page } from 'playwright-core'
import type { Editor } from './harness/editor.mts'

/** Node-RED's tab of the automations in each version: the bolt, and in 4.1 a line of the list behind the arrow. */
const TAB = 'button[data-tab-id="artifact-automations"], #red-ui-tab-artifact-automations-link-button'

/** The tab *Automations* of Node-RED's sidebar, with the moves that a person makes in it. */
export class Side {
  readonly editor: Editor
  readonly page: Page
  readonly root: Locator

  constructor(editor: Editor) {
    this.editor = editor
    this.page = editor.page
    this.root = editor.page.locator('.aa-side')
  }

  /** The button of the tab, in sight or not. */
  get tab(): Locator {
    return this.page.locator(TAB).first()
  }

  /** Opens the tab: by its button, or where that has no room by the list. */
  async open(): Promise<void> {
    if (await this.tab.isVisible()) await this.tab.click()
    else {
      await this.page.locator('#red-ui-sidebar .red-ui-tab-link-button-menu').click()
      await this.page.locator('.red-ui-menu:visible').getByText('Automations', { exact: true }).click()
    }
    await this.root.waitFor()
  }

  /** Shows the tab, however it is reached. */
  show(): Promise<void> {
    return this.page.evaluate("RED.actions.invoke('artifact-automations:show-automations')")
  }

  view(name: 'Automations' | 'History' | 'Events' | 'Webhooks' | 'Secrets'): Promise<void> {
    return this.root.getByRole('tab', { name, exact: true }).click()
  }

  table(name: string): Locator {
    return this.root.getByRole('table', { name, exact: true })
  }

  rows(name: string): Locator {
    return this.table(name).locator('.aa-body > [role=row]')
  }

  /** The first row of the view in front. */
  get top(): Locator {
    return this.root.locator('.aa-panel:not([hidden]) .aa-body > [aria-rowindex="2"]')
  }

  button(name: string): Locator {
    return this.root.getByRole('button', { name, exact: true })
  }

  back(): Promise<void> {
    return this.button('Back').click()
  }

  /** Chooses from the menu of an automation's row. */
  async choose(automation: string, item: string): Promise<void> {
    await this.button(`Actions for ${automation}`).click()
    await this.page.getByRole('menuitem', { name: item, exact: true }).click()
  }
}
