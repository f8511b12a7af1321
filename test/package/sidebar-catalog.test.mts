import assert from 'node:assert/strict'
import { filesBelow, read, readJson } from './repository.mts'

const catalog = readJson('nodes/automations/locales/en-US/automations.json').automations as object
const source = filesBelow('nodes/automations', '.ts').map(read).join('\n')

function flatten(value: unknown, path: string): string[] {
  if (typeof value === 'string') return [path]
  return Object.entries(value as object).flatMap(([key, child]) => flatten(child, path ? `${path}.${key}` : key))
}

/** What stands between the brackets of every call of `words`. */
function* calls(text: string): Generator<string> {
  for (const { index, 0: start } of text.matchAll(/\b(?:words|troubleWords)\(/g)) {
    const from = index + start.length
    let end = from
    for (let open = 1; open > 0; end += 1) open += { '(': 1, ')': -1 }[text[end] as string] ?? 0
    yield text.slice(from, end - 1)
  }
}

/** What they ask for, with the parts that are filled in as stars; of a choice of two, both. */
const asked = [...calls(source)].flatMap((call) => {
  const [expression = ''] = call.replaceAll(/[!=]== '[^']*'/g, '').split(/, \{/)
  const texts = [...expression.matchAll(/'([\w.-]+)'|`([^`]+)`/g)]
  return texts.map(([, plain, template = '']) => plain ?? template.replaceAll(/\$\{[^}]*\}/g, '*'))
})
const keys = flatten(catalog, '')
const fits = (key: string, wanted: string) =>
  new RegExp(`^${wanted.replaceAll('.', '\\.').replaceAll('*', '[\\w.-]+')}$`).test(key)

describe('the catalog of the sidebar', () => {
  it('has every text that its code asks for', () => {
    assert.ok(asked.length > 100)
    const missing = asked.filter((wanted) => !keys.some((key) => fits(key, wanted)))
    assert.deepEqual(missing, [])
  })

  it('has no text that nothing asks for', () => {
    const inFull = [...source.matchAll(/:automations\.([\w.-]+)'/g)].map(([, key]) => key)
    const unused = keys.filter((key) => !asked.some((wanted) => fits(key, wanted)) && !inFull.includes(key))
    assert.deepEqual(
      unused.filter((key) => !key.startsWith('trouble.')),
      [],
    )
  })
})
