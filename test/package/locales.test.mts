import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { filesBelow, packageJson, read, readJson, root } from './repository.mts'

/** Beside English, which everything else is compared with. */
const LANGUAGES = ['de', 'ja', 'zh-CN']

const NODES = Object.keys(packageJson['node-red'].nodes)
const SETS = [...NODES, ...Object.keys(packageJson['node-red'].plugins ?? {})]

function flatten(value: unknown, prefix = ''): Map<string, string> {
  if (typeof value === 'string') return new Map([[prefix, value]])
  const entries = new Map<string, string>()
  for (const [key, child] of Object.entries(value as object)) {
    for (const [place, leaf] of flatten(child, prefix ? `${prefix}.${key}` : key)) entries.set(place, leaf)
  }
  return entries
}

/** What is filled in, and what people have to type as it is. */
const fixed = (text: string) => [...text.matchAll(/__\w+?__|\{\{[^}]+\}\}|\$\{\w*\}|\$\{__\w+__\}/g)].map(String).sort()

for (const set of SETS) {
  const english = flatten(readJson(`nodes/${set}/locales/en-US/${set}.json`))

  for (const language of LANGUAGES) {
    describe(`the catalog of ${set} in ${language}`, () => {
      const catalog = flatten(readJson(`nodes/${set}/locales/${language}/${set}.json`))

      it('misses no key, and has none too many', () => {
        assert.deepEqual([...catalog.keys()].sort(), [...english.keys()].sort())
      })

      it('fills in the same, and leaves no text empty', () => {
        for (const [key, text] of catalog) {
          const meant = english.get(key) ?? ''
          assert.deepEqual(fixed(text), fixed(meant), key)
          assert.equal(text === '', meant === '', key)
        }
      })

      it('is another language than English', () => {
        // names are the same everywhere
        const sentences = [...catalog].filter(([key]) => (english.get(key)?.match(/\b[a-z]+ /g)?.length ?? 0) > 2)
        assert.deepEqual(
          sentences.filter(([key, text]) => text === english.get(key)).map(([key]) => key),
          [],
        )
      })
    })
  }
}

for (const type of NODES) {
  const help = (language: string) => read(`nodes/${type}/locales/${language}/${type}.html`)
  const headings = (html: string) => html.match(/<h3>/g)?.length ?? 0
  for (const language of LANGUAGES) {
    it(`the help of ${type} in ${language} has every section of the English one, and begins as a tooltip`, () => {
      const html = help(language)
      assert.equal(headings(html), headings(help('en-US')))
      assert.match(html, new RegExp(`^<script type="text/html" data-help-name="${type}">\\s*<p>`))
      for (const tag of ['p', 'dl', 'dt', 'dd', 'ul', 'ol', 'li', 'code', 'b', 'i', 'pre', 'h3'])
        assert.equal(
          html.match(new RegExp(`<${tag}[ >]`, 'g'))?.length ?? 0,
          html.match(new RegExp(`</${tag}>`, 'g'))?.length ?? 0,
          tag,
        )
      assert.match(html, /<(pre|code)>/)
    })
  }
}

it('every language that is begun is listed here, for every set', () => {
  for (const set of SETS) {
    const there = new Set(filesBelow(`nodes/${set}/locales`, '.json').map((file) => path.basename(path.dirname(file))))
    assert.deepEqual([...there].sort(), ['en-US', ...LANGUAGES].sort(), set)
    assert.ok(existsSync(path.join(root, `nodes/${set}/locales/en-US/${set}.json`)))
  }
})
