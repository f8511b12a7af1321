import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { NodeRed } from '../e2e/harness/node-red.mts'
import { npm, pack, type Tarball } from './pack.mts'
import { filesBelow, NODE_TYPES, packageJson } from './repository.mts'

describe('the tarball of npm pack', () => {
  let tarball: Tarball

  before(() => {
    tarball = pack()
  })
  after(() => tarball.remove())

  it('ships what a user needs and nothing else', () => {
    const allowed = [
      /^package\.json$/,
      /^README\.md$/,
      /^LICENSE$/,
      /^CHANGELOG\.md$/,
      /^examples\/[^/]+\.json$/,
      /^resources\/editor\.js$/,
      /^dist\/(lib|nodes)\/[\w/.-]+\.js$/,
      // the public types, and what they are made of
      /^dist\/(nodes\/public|lib\/(delivery\/delivery|error-codes|events\/event|json|template\/(slot|rendered-values|template)))\.d\.ts$/,
      /^dist\/lib\/[\w/.-]+\.json$/,
      /^dist\/nodes\/([\w-]+)\/\1\.html$/,
      /^dist\/nodes\/[\w-]+\/locales\/[a-z]{2}(-[A-Z]{2})?\/[\w-]+\.(json|html)$/,
      /^dist\/nodes\/[\w-]+\/icons\/[\w-]+\.svg$/,
    ]
    assert.deepEqual(
      tarball.contents.filter((file) => !allowed.some((pattern) => pattern.test(file))),
      [],
    )
    assert.ok(tarball.size < 2_000_000, `${tarball.size} bytes`)
  })

  it('has every node with its page, catalog and help', () => {
    const shipped = new Set(tarball.contents)
    for (const type of NODE_TYPES) {
      for (const file of [`${type}.js`, `${type}.html`, `locales/en-US/${type}.json`, `locales/en-US/${type}.html`]) {
        assert.ok(shipped.has(`dist/nodes/${type}/${file}`), `${type}/${file}`)
      }
    }
    for (const file of [...filesBelow('examples', '.json'), 'README.md', 'LICENSE']) assert.ok(shipped.has(file), file)
  })

  it('holds nothing whose source is gone', () => {
    const sources = new Set([...filesBelow('lib', '.ts'), ...filesBelow('nodes', '.ts')])
    const orphans = tarball.contents.filter(
      (file) =>
        file.startsWith('dist/') && file.endsWith('.js') && !sources.has(file.replace(/^dist\/(.*)\.js$/, '$1.ts')),
    )
    assert.deepEqual(orphans, [], 'npm run build removes these')
  })

  for (const name of ['node-red', 'node-red-4']) {
    it(`installs into an empty user directory and loads in ${name}`, async () => {
      const userDir = await mkdtemp(path.join(tmpdir(), 'artifact-automations-install-'))
      try {
        await writeFile(path.join(userDir, 'package.json'), '{"name":"node-red-project","private":true}')
        npm(['install', '--no-audit', '--no-fund', tarball.file], userDir)
        const nodeRed = await NodeRed.start({ package: name, userDir, nodesDir: [] })
        try {
          const sets = (await nodeRed.admin('GET', '/nodes')) as { module: string; types: string[]; err?: string }[]
          const ours = sets.filter(({ module }) => module === packageJson.name)
          assert.deepEqual(await nodeRed.nodeSetErrors(), [])
          assert.deepEqual(ours.flatMap(({ types }) => types).sort(), [...NODE_TYPES].sort())
          const examples = (await nodeRed.admin('GET', `/library/examples/flows/${packageJson.name}`)) as {
            fn: string
          }[]
          assert.equal(examples.length, filesBelow('examples', '.json').length)
        } finally {
          await nodeRed.stop()
        }
      } finally {
        await rm(userDir, { recursive: true, force: true })
      }
    })
  }
})
