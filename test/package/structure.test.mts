import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { circles, importsOf, loadedWith, SOURCES } from './imports.mts'
import { filesBelow, NODE_TYPES, packageJson, read, root } from './repository.mts'
import { ROOMS } from './rooms.mts'

const libraries = SOURCES.filter((file) => file.startsWith('lib/'))
const describeImport = ({ from, to }: { from: string; to: string }) => `${from} -> ${to}`

function roomOf(file: string): string {
  const [top, folder, below] = file.split('/') as [string, string, string?]
  if (below === undefined) return top === 'lib' ? 'ground' : 'nodes/runtime'
  const room = `${top}/${folder}`
  return ROOMS.includes(room) ? room : top === 'nodes' ? 'node' : room
}

describe('the arrows point one way', () => {
  it('lib imports nothing of Node-RED and nothing of the nodes, not even types', () => {
    const wrong = libraries
      .flatMap((file) => importsOf(file, { types: true }))
      .filter(({ to }) => /^(@node-red\/|node-red)/.test(to) || to.startsWith('nodes/'))
    assert.deepEqual(wrong.map(describeImport), [])
  })

  it('each room imports only from rooms below it, types too', () => {
    const wrong = SOURCES.flatMap((file) => importsOf(file, { types: true })).filter(({ from, to, own }) => {
      if (!own || roomOf(from) === roomOf(to)) return false
      return !ROOMS.includes(roomOf(from)) || ROOMS.indexOf(roomOf(to)) <= ROOMS.indexOf(roomOf(from))
    })
    assert.deepEqual(wrong.map(describeImport), [])
  })

  it('no module imports itself over others, types too', () => {
    assert.deepEqual(
      circles(SOURCES).map((circle) => circle.join(' -> ')),
      [],
    )
  })

  it('a node does not reach into another node, not even for types', () => {
    const folder = (file: string) => file.split('/')[1]
    const wrong = SOURCES.flatMap((file) => importsOf(file, { types: true })).filter(
      ({ from, to, own }) => own && roomOf(from) === 'node' && roomOf(to) === 'node' && folder(from) !== folder(to),
    )
    assert.deepEqual(wrong.map(describeImport), [])
  })

  it('imports packages only that are dependencies', () => {
    const wrong = SOURCES.filter((file) => !isEditorCode(file))
      .flatMap((file) => importsOf(file))
      .filter(({ to, own }) => !own && !to.startsWith('node:') && !(packageName(to) in packageJson.dependencies))
    assert.deepEqual(wrong.map(describeImport), [])
  })
})

/** What an editor loads at its start, and what it gets with the shared file. */
const PLUGINS = Object.keys(packageJson['node-red'].plugins ?? {})
const PAGES = [...NODE_TYPES, ...PLUGINS].map((name) => `nodes/${name}/${name}.editor.ts`)
const DIALOGS = [
  ...NODE_TYPES.map((type) => `nodes/${type}/dialog.editor.ts`),
  ...PLUGINS.map((name) => `nodes/${name}/views.editor.ts`),
]

describe('the editor', () => {
  for (const file of [...PAGES, ...DIALOGS]) {
    it(`loads nothing with ${file} that a browser does not have`, () => {
      const wrong = loadedWith(file).filter(
        ({ to, own }) => !own && (to.startsWith('node:') || ['ajv', 'undici'].includes(packageName(to))),
      )
      assert.deepEqual(wrong.map(describeImport), [])
    })
  }

  it('brings pattern engine, template engine and widgets with the dialogs, and not with the pages', () => {
    const heavy =
      /^(re2js|mustache|lib\/template\/parse\.ts|lib\/alias\/pattern\.ts|nodes\/editor\/(styles|element)\.ts)$/
    const wrong = PAGES.flatMap((page) => loadedWith(page)).filter(({ to }) => heavy.test(to))
    assert.deepEqual(wrong.map(describeImport), [])
    const there = new Set(DIALOGS.flatMap((file) => loadedWith(file)).map(({ to }) => to))
    for (const needed of ['re2js', 'mustache', 'nodes/editor/styles.ts']) assert.ok(there.has(needed), needed)
  })

  it('uses no Buffer and no process in what it shares with the runtime', () => {
    const shared = new Set(
      [...PAGES, ...DIALOGS].flatMap((file) => loadedWith(file)).flatMap(({ to, own }) => (own ? [to] : [])),
    )
    const wrong = [...shared].filter((file) => /\b(Buffer\.|process\.|new Buffer)/.test(withoutComments(read(file))))
    assert.deepEqual(wrong, [])
  })
})

describe('the sources', () => {
  it('have no file that needs a table of contents', () => {
    const long = SOURCES.filter((file) => read(file).split('\n').length > 300)
    assert.deepEqual(long, [])
  })

  it('send in one place, which judges an answer before it masks it', () => {
    const senders = SOURCES.filter((file) => /\bclient\.send\(/.test(read(file)))
    assert.deepEqual(senders, ['lib/webhook/attempt.ts'])
  })

  it('ask the table of kinds what a source can do, instead of comparing names of registries', () => {
    const compared = /(===|!==) '(wandb|mlflow|huggingface)'/
    const wrong = SOURCES.filter((file) => /^nodes\/(artifact-|runtime|editor)/.test(file) && compared.test(read(file)))
    assert.deepEqual(wrong, [])
  })

  it('ask Node-RED in one place what is deployed, and what settings.js says', () => {
    const asks = /\bRED\.(nodes\.(getNode|eachNode|getNodeCredentials)\(|settings\b|util\.getSetting\()/
    const wrong = SOURCES.filter((file) => file.startsWith('nodes/') && !isEditorCode(file) && asks.test(read(file)))
    assert.deepEqual(wrong, ['nodes/runtime/deployed.ts'])
  })

  it('have one folder a node, complete', () => {
    for (const type of NODE_TYPES) {
      for (const file of [
        `${type}.ts`,
        `${type}.editor.ts`,
        'dialog.editor.ts',
        `${type}.form.html`,
        `locales/en-US/${type}.json`,
        `locales/en-US/${type}.html`,
      ]) {
        assert.ok(existsSync(path.join(root, 'nodes', type, file)), `nodes/${type}/${file}`)
      }
    }
  })

  it('bind values of SQL to plain question marks: Node.js 22 has numbered ones empty', () => {
    const numbered = libraries.filter((file) => /[^`]\?\d+\b/.test(read(file).replace(/\/\*\*.*?\*\//gs, '')))
    assert.deepEqual(
      numbered.filter((file) => file.startsWith('lib/store/')),
      [],
    )
  })

  it('cite nothing that a reader does not have: pages of docs/ and published specifications only', () => {
    const files = [...SOURCES, ...filesBelow('scripts'), ...filesBelow('test', '.mts'), ...filesBelow('docs', '.md')]
    const elsewhere = new RegExp(['design sec', 'tion|house\\.', 'md|shared/fac', 'ts'].join(''), 'i')
    assert.deepEqual(
      files.filter((file) => elsewhere.test(read(file))),
      [],
    )
  })

  it('leave no work for later in words', () => {
    const files = [...SOURCES, ...filesBelow('scripts'), ...filesBelow('test', '.mts')]
    const marks = new RegExp(['TO', 'DO|FIX', 'ME|X', 'XX|@ts-', 'ignore'].join(''))
    assert.deepEqual(
      files.filter((file) => marks.test(read(file))),
      [],
    )
  })
})

const isEditorCode = (file: string) => file.endsWith('.editor.ts') || file.startsWith('nodes/editor/')
const packageName = (specifier: string) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
const withoutComments = (source: string) => source.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
