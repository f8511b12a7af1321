import assert from 'node:assert/strict'
import { ERRORS, kindOf } from '../../dist/lib/error-codes.js'
import { STATUS_WORDS, statusPart } from '../../dist/lib/status-words.js'
import { resultStatus } from '../../dist/nodes/webhook-sender/sender-status.js'
import { code, rows } from './markdown.mts'
import { read, readJson } from './repository.mts'
import { FILLED, statusTexts } from './status-texts.mts'

const CODES = Object.keys(ERRORS) as (keyof typeof ERRORS)[]
const catalog = readJson('nodes/automation-webhook/locales/en-US/automation-webhook.json').shared

describe('what the runtime says in English', () => {
  it('is known to the editor wherever an error brings words for a status', () => {
    const texts = statusTexts(['lib', 'nodes'])
    assert.ok(texts.length > 80 && texts.some((text) => text.includes(FILLED)), `${texts.length} found`)
    assert.deepEqual(
      texts.filter((text) => statusPart(text) === null),
      [],
    )
  })

  it('is known where a status has the code of an error', () => {
    const said = CODES.map((name) => kindOf(name).statusText ?? name.replaceAll('_', ' '))
    assert.deepEqual(
      said.filter((text) => statusPart(text) === null),
      [],
    )
    for (const name of CODES) {
      const error = { code: name, message: '' }
      const { text = '' } = resultStatus({ status: 'failed', status_code: null, error } as never)
      assert.notEqual(statusPart(text.split(' · ')[0] ?? ''), null, text)
    }
  })

  it('has its words in the catalog, for translators: each of a status, and what each code of an error means', () => {
    assert.deepEqual(catalog.status, STATUS_WORDS)
    const page = read('docs/errors.md')
    const sections = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading ?? '')
    const means = sections
      .flatMap((heading) => rows(page, heading, 'code'))
      .map(([name, , , words]) => [code(name), words])
    const plain = (words = '') => words.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1').replaceAll(/[`*]/g, '')
    assert.deepEqual(catalog.means, Object.fromEntries(means.map(([name, words]) => [name, plain(words)])))
    assert.deepEqual(Object.keys(catalog.means).sort(), [...CODES].sort())
  })
})
