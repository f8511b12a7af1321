import assert from 'node:assert/strict'
import path from 'node:path'
import { type CommandWorld, runCommand } from '../../dist/nodes/command/command.js'
import { code, fences, rows } from './markdown.mts'
import { read } from './repository.mts'

const page = read('docs/understand.md')
const EXAMPLE = 'examples/Routing staging and production with alias-filter.json'

/** The example, with what its webhooks' URLs leave to be filled in. */
const flowFile = read(EXAMPLE).replaceAll(/(hooks\.slack\.com\/services\/)[^"]+/g, '$1T0/B0/x1')

describe('the page on understanding, about the command', () => {
  const [, section = ''] = page.split('## In your own pipeline\n')
  const blocks = fences(section)
  const eventFile = blocks.find(({ language }) => language === 'json')?.text ?? ''

  for (const [index, { language, text }] of blocks.entries()) {
    if (language !== 'sh') continue
    it(`shows what it prints: ${text.trim()}`, () => {
      const printed: string[] = []
      const world: CommandWorld = {
        env: {},
        read: (file) => (path.basename(file) === 'event.json' ? eventFile : flowFile),
        now: () => new Date('2026-11-24T12:00:00Z'),
        out: (line) => printed.push(line),
        report: (line) => printed.push(line),
      }
      const argv = text.trim().split(' ').slice(2)
      assert.equal(runCommand(argv, world), 0)
      assert.equal(`${printed.join('\n')}\n`, blocks[index + 1]?.text)
    })
  }

  it('lists every option', () => {
    const listed = rows(page, 'In your own pipeline', 'option').map(([option]) => code(option))
    const help: string[] = []
    runCommand(['--help'], {
      env: {},
      read: () => '',
      now: () => new Date(),
      out: (line) => help.push(line),
      report() {},
    })
    const known = help.join('\n').matchAll(/^ {2}(--(?!help)\w+)/gm)
    assert.deepEqual([...new Set(listed)], [...new Set([...known].map(([, option]) => option))])
  })
})
