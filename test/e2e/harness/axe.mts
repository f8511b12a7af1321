import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

interface Found {
  readonly violations: readonly {
    readonly id: string
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[]
  }[]
}

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/**
 * What axe-core finds wrong within an element, each as a text. The editor's body is 0 px high with hidden overflow: axe
 * would take all text for hidden, and look at no contrast.
 */
export async function axeViolations(page: Page, selector: string): Promise<string[]> {
  await page.evaluate(`document.body.style.minHeight = '100vh'; ${source}`)
  const { violations } = (await page.evaluate(`axe.run(document.querySelector(${JSON.stringify(selector)}))`)) as Found
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
  )
}
