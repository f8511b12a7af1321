import assert from 'node:assert/strict'
import { ERRORS, kindOf } from '../../dist/lib/error-codes.js'
import { code, rows } from './markdown.mts'
import { objectsOf, type SourceObject } from './objects.mts'
import { read } from './repository.mts'

const CODES = Object.keys(ERRORS) as (keyof typeof ERRORS)[]

describe('the table of errors', () => {
  const page = read('docs/errors.md')
  const sections = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading ?? '')
  const listed = sections.flatMap((heading) => rows(page, heading, 'code'))

  it('is on docs/errors.md, every code once, with a meaning and something to do', () => {
    assert.deepEqual(listed.map(([name]) => code(name)).sort(), [...CODES].sort())
    for (const [name, , , means, todo] of listed) assert.ok(means && todo, name)
  })

  it('has the statuses and the patience that the page says', () => {
    const said = listed.map(([name, http, again]) => [code(name), http, again])
    const known = said.map(([name]) => {
      const { status, ingest, retryable } = kindOf(name as keyof typeof ERRORS)
      return [name, [...new Set([ingest ?? status, status])].join(', '), retryable ? 'yes' : '']
    })
    assert.deepEqual(said, known)
  })

  it('has words for a status that a node has room for', () => {
    for (const name of CODES) assert.ok((kindOf(name).statusText ?? name).length <= 30, name)
  })

  it('names nothing that a sender may be told as a fault of the sender which is none', () => {
    for (const name of CODES) {
      const { ingest } = kindOf(name)
      if (ingest !== undefined && ingest < 500) assert.ok(!kindOf(name).store && !kindOf(name).retryable, name)
    }
  })
})

/** `new AutomationError('…', …)` and its kin, and what looks like the error of a delivery: `{ code: '…', message: … }`. */
const made = objectsOf(['lib', 'nodes']).filter(
  ({ file }) => !file.endsWith('.editor.ts') && !file.startsWith('nodes/editor/'),
)

describe('the codes in the sources', () => {
  it('are all in the table', () => {
    assert.deepEqual(made.filter(({ code }) => !Object.hasOwn(ERRORS, code)).map(describeObject), [])
  })

  it('are all of the table: none stands there that nothing has', () => {
    const used = new Set(made.map(({ code }) => code))
    assert.deepEqual(
      CODES.filter((name) => !used.has(name)),
      [],
    )
  })

  it('come with the values that the table has for them, and no others', () => {
    const wrong = made.filter(({ code, values }) => {
      const names = Object.hasOwn(ERRORS, code) ? (kindOf(code as keyof typeof ERRORS).values ?? []) : []
      return values.some((value) => !names.includes(value))
    })
    assert.deepEqual(wrong.map(describeObject), [])
  })

  it('are never compared by how they begin: a setting of a store is no failure of it', () => {
    const sources = made.map(({ file }) => file)
    assert.deepEqual(
      [...new Set(sources)].filter((file) => /code\.(startsWith|endsWith|includes)\('[a-z]/.test(read(file))),
      [],
    )
  })
})

function describeObject({ file, line, code }: SourceObject): string {
  return `${file}:${line} ${code}`
}
