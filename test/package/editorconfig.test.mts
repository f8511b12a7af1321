import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { read, readJson, root } from './repository.mts'

/** The lines of .editorconfig under each of its headings. */
function sections(): Record<string, Record<string, string>> {
  const [, ...parts] = read('.editorconfig').split(/^\[(.*)\]$/m)
  const pairs = (body: string) =>
    Object.fromEntries([...body.matchAll(/^(\w+) = (.+)$/gm)].map((line) => line.slice(1)))
  const entries = parts.flatMap((part, index) => (index % 2 === 0 ? [[part, pairs(parts[index + 1] ?? '')]] : []))
  return Object.fromEntries(entries)
}

/** What git keeps as text here: every file that is committed or could be. */
const texts = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\0')
  .filter((file) => file !== '' && !/\.(png|db)$/.test(file) && file !== 'LICENSE')

describe('.editorconfig', () => {
  it('is well formed, and says what the formatter does', () => {
    assert.match(read('.editorconfig'), /^root = true\n/)
    for (const line of read('.editorconfig').split('\n')) assert.match(line, /^(\[.+\]|[a-z_]+ = [\w-]+|#.*|)$/)
    const { charset, end_of_line, indent_style, indent_size, insert_final_newline, max_line_length } =
      sections()['*'] ?? {}
    assert.deepEqual(
      { charset, end_of_line, indent_style, indent_size, insert_final_newline },
      { charset: 'utf-8', end_of_line: 'lf', indent_style: 'space', indent_size: '2', insert_final_newline: 'true' },
    )
    assert.deepEqual(readJson('biome.json').formatter, {
      indentStyle: indent_style,
      indentWidth: Number(indent_size),
      lineWidth: Number(max_line_length),
    })
  })

  it('is kept by every text here: UTF-8, lines that end with a line feed and without blanks, no tabs before them', () => {
    const wrong = texts.filter((file) => {
      const bytes = readFileSync(path.join(root, file))
      const text = bytes.toString('utf8')
      return !Buffer.from(text).equals(bytes) || !/\n$|^$/.test(text) || /\r|[ \t]$|^\t/m.test(text)
    })
    assert.deepEqual(wrong, [])
  })
})
