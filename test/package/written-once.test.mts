import assert from 'node:assert/strict'
import { SOURCES } from './imports.mts'
import { read } from './repository.mts'

/** What two places would have to agree on, by the text that a second place would have, and the one file that has it. */
const ONCE: readonly (readonly [what: string, text: RegExp, file: string])[] = [
  ['makes a delivery as people see it', /\bnext_attempt_at: /, 'lib/delivery/describe.ts'],
  ['says what can wait for what', /'none', 'collection'|'none' \| 'collection'/, 'lib/delivery/ordering.ts'],
  ['says how large a body may be', /body\w*\s*[=:] 1024 \* 1024\b/i, 'lib/body-size.ts'],
  ['says what every code of an error means', /\bingest: \d{3}\b/, 'lib/error-codes.ts'],
]

describe('one place', () => {
  for (const [what, text, file] of ONCE) {
    it(`${what}: ${file}`, () => {
      assert.deepEqual(
        SOURCES.filter((source) => text.test(read(source))),
        [file],
      )
    })
  }
})
