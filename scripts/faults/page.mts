// Writes docs/faults.md: which fault is survived how, by the titles of the tests that prove it.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { FAULTS } from './list.mts'
import { numberedTitles } from './titles.mts'

const root = path.resolve(import.meta.dirname, '../..')

const INTRODUCTION = `# Faults

What goes wrong on the way from a registry to a webhook, and what happens then. Each line is a test, or several, that
makes the fault happen: on real connections, with real files, many of them against a real Node-RED that is killed,
starved of its disk or redeployed meanwhile. \`npm test\` runs them all.

This page is made of the titles of the tests by \`node scripts/faults/page.mts\`, and a test fails when it is out of date.
`

/** The page, from the titles as they are. @throws Error when a fault has neither a test nor a word of why not */
export function faultsPage(): string {
  const titles = numberedTitles(root, 'test')
  const known = new Set(FAULTS.flatMap(({ faults }) => Object.keys(faults).map(Number)))
  for (const { faults, file } of titles) {
    const stray = faults.find((number) => !known.has(number))
    if (stray !== undefined) throw new Error(`${file} has a test of #${stray}, which is no fault.`)
  }

  const row = (number: number, what: string, note: string | undefined) => {
    const tests = titles.filter(({ faults }) => faults.includes(number))
    if (tests.length === 0 && note === undefined) throw new Error(`Fault #${number} (${what}) has no test.`)
    const how = tests.map(({ sentence, file }) => `${escaped(sentence)} ([test](../${file}))`)
    return `| ${number} | ${what} | ${[...how, ...(note ? [`*${note}*`] : [])].join('<br>')} |`
  }
  const sections = FAULTS.map(({ section, faults }) => {
    const rows = Object.entries(faults).map(([number, [what, note]]) => row(Number(number), what, note))
    return [`## ${section}`, '', '| # | fault | what happens |', '|---|---|---|', ...rows, ''].join('\n')
  })
  return [INTRODUCTION, ...sections].join('\n')
}

const ENTITIES: Readonly<Record<string, string>> = { '|': '\\|', '<': '&lt;', $: '&#36;', '*': '\\*' }
const escaped = (text: string) => text.replace(/[|<$*]/g, (character) => ENTITIES[character] as string)

if (process.argv[1] === import.meta.filename) writeFileSync(path.join(root, 'docs/faults.md'), faultsPage())
