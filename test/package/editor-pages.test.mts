import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { TEMPLATE_ONLY_NAMES, VOCABULARY } from '../../dist/lib/events/vocabulary.js'
import { RECIPES } from '../../dist/lib/recipes/payloads.js'
import { editorDefinition, editorPage, registeredLiterally } from './editor-page.mts'
import { filesBelow, NODE_TYPES, packageJson, read, readJson, root } from './repository.mts'

/** Where messages come and go, and what a palette entry says of itself; see Node-RED's "Node help style guide". */
const MESSAGE_TYPES = ['artifact-event', 'alias-filter', 'payload-template', 'webhook-sender']

const helpOf = (type: string) => read(`dist/nodes/${type}/locales/en-US/${type}.html`)
const catalogOf = (type: string) => readJson(`dist/nodes/${type}/locales/en-US/${type}.json`)
const text = (html: string) => html.replaceAll(/<[^>]+>/g, ' ')

for (const type of NODE_TYPES) {
  describe(`the page of ${type}`, () => {
    it('registers its type where a parser of the scorecard finds it (N01)', () => {
      const { scripts } = editorPage(type)
      assert.deepEqual(scripts.flatMap(registeredLiterally), [type])
    })

    it('loads without a module system, and stays small', () => {
      const script = editorPage(type).scripts.join('\n')
      assert.doesNotMatch(script, /\brequire\(|\bprocess\.|\bBuffer\b/)
      assert.ok(script.length < 20_000, `${script.length} characters`)
    })

    it('has a form, with a field for every property that people set', () => {
      const { templates } = editorPage(type)
      assert.deepEqual(
        templates.map(({ name }) => name),
        [type],
      )
      const { category, defaults, credentials } = editorDefinition(type)
      const prefix = category === 'config' ? 'node-config-input' : 'node-input'
      const form = templates.map(({ html }) => html).join('\n')
      const missing = [...Object.keys(defaults), ...Object.keys(credentials ?? {})].filter((name) => {
        const places = [`${prefix}-${name}`, `${type}-${name}`, ...(WIDGETS[`${type} ${name}`] ?? [])]
        return (
          !HIDDEN.has(name) && !NO_CHOICE.has(`${type} ${name}`) && !places.some((id) => form.includes(`id="${id}"`))
        )
      })
      assert.deepEqual(missing, [])
    })

    it('keeps a version of its configuration and a name', () => {
      const { defaults } = editorDefinition(type)
      assert.equal(typeof defaults['version']?.value, 'number')
      assert.ok(defaults['name'])
    })

    it('says what is wrong in words: validators take exactly two parameters', () => {
      for (const [name, { validate }] of Object.entries(editorDefinition(type).defaults)) {
        if (validate) assert.equal(validate.length, 2, `the validator of ${name}`)
      }
    })

    it('has the icon it names', () => {
      const { icon, category } = editorDefinition(type)
      if (category === 'config' && icon === undefined) return
      assert.ok(icon)
      if (!icon.startsWith('font-awesome/'))
        assert.ok(existsSync(path.join(root, `dist/nodes/${type}/icons`, icon)), icon)
    })
  })

  describe(`the help of ${type}`, () => {
    it('begins with a paragraph, which is the tooltip in the palette', () => {
      const help = helpOf(type)
      assert.match(help, new RegExp(`<script type="text/(html|markdown)" data-help-name="${type}">\\s*<p>`))
    })

    it('describes every property of the dialog by its label', () => {
      const help = text(helpOf(type)).toLowerCase()
      const definition = editorDefinition(type)
      const labels = labelsOf(type)
      const missing = [...Object.keys(definition.defaults), ...Object.keys(definition.credentials ?? {})].filter(
        (name) => !HIDDEN.has(name) && !help.includes((labels.get(name) ?? name).toLowerCase()),
      )
      assert.deepEqual(missing, [])
    })

    it('shows an example', () => {
      assert.match(helpOf(type), /<(pre|code)>/)
    })

    if (MESSAGE_TYPES.includes(type)) {
      it('describes every field of the messages', () => {
        const terms = new Set([...helpOf(type).matchAll(/<dt[^>]*>\s*([\w.]+)/g)].map(([, term]) => term))
        assert.deepEqual(
          MESSAGE_FIELDS[type]?.filter((field) => !terms.has(field)),
          [],
        )
      })
    }
  })

  describe(`the catalog of ${type}`, () => {
    it('is keyed by the type, and has every key that the form uses', () => {
      const catalog = catalogOf(type)
      const form = editorPage(type)
        .templates.map(({ html }) => html)
        .join('\n')
      const keys = [...form.matchAll(/data-i18n="([^"]+)"/g)].flatMap(([, value = '']) =>
        value.split(';').map((part) => part.replace(/^\[[^\]]+\]/, '')),
      )
      assert.ok(catalog[type], `no "${type}" in the catalog`)
      assert.deepEqual(
        keys.filter((key) => !isCore(key) && typeof lookUp(catalog, key) !== 'string'),
        [],
      )
    })

    it('has every key that is written out in the code of the dialogs', () => {
      const sources = [`nodes/${type}`, 'nodes/editor'].flatMap((folder) => filesBelow(folder, '.ts')).map(read)
      const keys = [...sources.join('\n').matchAll(new RegExp(`_\\('(${type}\\.[\\w.-]+)'`, 'g'))].map(([, key]) => key)
      assert.deepEqual(
        keys.filter((key) => typeof lookUp(catalogOf(type), key ?? '') !== 'string'),
        [],
      )
    })
  })
}

it("the template's catalog describes every variable, in English as the documentation does", () => {
  const { variable } = catalogOf('payload-template')['payload-template']
  for (const { name, description } of VOCABULARY) assert.equal(variable[name], description, name)
  for (const name of TEMPLATE_ONLY_NAMES) assert.equal(typeof variable[name], 'string', name)
})

it('the catalog of the webhook names every payload to start from, in English as lib/recipes does', () => {
  const { recipe } = catalogOf('automation-webhook')
  for (const { id, label, description } of RECIPES) assert.deepEqual(recipe[id], { label, description })
})

/** Properties that no dialog shows. */
const HIDDEN = new Set(['version', 'outputs', 'inputs', 'kind', 'method'])

/** Saved already for a second backend; while there is one, there is nothing to choose. */
const NO_CHOICE = new Set(['delivery-store backend', 'delivery-store connection'])

/** Where a property is set that has no field of its own name. */
const WIDGETS: Record<string, readonly string[]> = { 'payload-template template': ['payload-template-editor'] }

/** Design, "Messages": what each node reads and writes. */
const MESSAGE_FIELDS: Record<string, readonly string[]> = {
  'artifact-event': ['payload', 'event', 'automation', 'topic'],
  'alias-filter': ['event'],
  'payload-template': ['event', 'payload', 'secretSlots', 'rendered'],
  'webhook-sender': [
    'payload',
    'event',
    'secretSlots',
    'rendered',
    'statusCode',
    'headers',
    'delivery',
    'error',
    'request',
  ],
}

/** The label of each property in the form, as the English catalog has it. */
function labelsOf(type: string): Map<string, string> {
  const labels = new Map<string, string>()
  const catalog = catalogOf(type)
  for (const { html } of editorPage(type).templates) {
    for (const [, id = '', content = ''] of html.matchAll(
      /<label[^>]*for="node-(?:config-)?input-([\w-]+)"[^>]*>([\s\S]*?)<\/label>/g,
    )) {
      const key = /data-i18n="([^"]+)"/.exec(content)?.[1]
      const label = key ? lookUp(catalog, key) : text(content).trim()
      if (typeof label === 'string') labels.set(id, label)
    }
  }
  return labels
}

const isCore = (key: string) => key.startsWith('node-red:') || key.startsWith(`${packageJson.name}/`)

function lookUp(catalog: object, key: string): unknown {
  return key
    .split('.')
    .reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], catalog)
}
