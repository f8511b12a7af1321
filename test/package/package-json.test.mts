import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { editorDefinition } from './editor-page.mts'
import { filesBelow, NODE_TYPES, packageJson, readJson } from './repository.mts'

const require = createRequire(import.meta.url)
// semver comes with Node-RED; npm itself decides by it what may be installed
const { satisfies } = createRequire(require.resolve('node-red/package.json'))('semver')

describe("package.json keeps the Flow Library's scorecard", () => {
  it('has a license (P01), a repository and a place for bugs (P03)', () => {
    assert.equal(packageJson.license, 'Apache-2.0')
    assert.ok(packageJson.repository)
    assert.ok(packageJson.bugs)
  })

  it('has a scoped name that does not pass for an official node (P04)', () => {
    assert.match(packageJson.name, /^@[a-z0-9-]+\/[a-z0-9-]+$/)
  })

  it('carries the keyword that lists it in the Flow Library (P05)', () => {
    assert.ok(packageJson.keywords.includes('node-red'))
  })

  for (const name of ['node-red', 'node-red-4']) {
    const { version, engines } = require(`${name}/package.json`)
    it(`accepts Node-RED ${version} (P06)`, () => {
      assert.ok(satisfies(version, packageJson['node-red'].version))
      assert.ok(!satisfies('4.0.9', packageJson['node-red'].version), 'Node-RED before 4.1 is not supported')
      assert.ok(engines.node)
    })
  }

  it('accepts no Node.js on which a dependency does not run, though Node-RED does (P07 is not met)', () => {
    const oldestOf = (range: string) =>
      [...(/\d+(\.\d+)*/.exec(range)?.[0].split('.') ?? []), '0', '0'].slice(0, 3).join('.')
    const own = oldestOf(packageJson.engines.node)
    for (const name of Object.keys(packageJson.dependencies)) {
      const { engines } = readJson(`node_modules/${name}/package.json`) as { engines?: { node?: string } }
      if (engines?.node) assert.ok(satisfies(own, engines.node), `${name} does not run on Node.js ${own}`)
    }
    const { engines } = require('node-red/package.json')
    assert.ok(satisfies(own, engines.node))
  })

  it('has every node that can be wired in an example (N02)', () => {
    const used = new Set(filesBelow('examples', '.json').flatMap((file) => readJson(file).map(typeOf)))
    const wired = NODE_TYPES.filter((type) => editorDefinition(type).category !== 'config')
    assert.deepEqual(
      wired.filter((type) => !used.has(type)),
      [],
    )
  })

  it('has at most six dependencies (D01), at exact versions', () => {
    const dependencies = Object.entries(packageJson.dependencies)
    assert.ok(dependencies.length <= 6)
    for (const [name, version] of dependencies) assert.match(version, /^\d+\.\d+\.\d+$/, name)
  })
})

describe('package.json', () => {
  it('names one set for each node folder, by the name of its node', () => {
    const folders = new Set(filesBelow('nodes', '.editor.ts').map((file) => file.split('/')[1]))
    folders.delete('shared')
    const sets = [...NODE_TYPES, ...Object.keys(packageJson['node-red'].plugins ?? {})]
    assert.deepEqual([...folders].sort(), sets.sort())
    for (const type of NODE_TYPES) {
      assert.equal(packageJson['node-red'].nodes[type], `dist/nodes/${type}/${type}.js`)
    }
  })

  it('has scripts that every shell starts, Windows’ too: node with a file, and nothing that a shell would read', () => {
    for (const [name, script] of Object.entries(packageJson.scripts)) {
      assert.match(script, /^node scripts\/with-node\.cjs scripts\/[\w/.-]+$/, name)
    }
  })

  it('pins what it is built and tested with', () => {
    for (const [name, version] of Object.entries(packageJson.devDependencies)) {
      assert.match(version, /^(npm:[^@]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/, name)
    }
  })

  it('agrees with the lockfile on name and version', () => {
    const lock = readJson('package-lock.json')
    assert.equal(lock.name, packageJson.name)
    assert.equal(lock.version, packageJson.version)
  })
})

function typeOf(node: { type: string }): string {
  return node.type
}
