import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { nodeProblem, REQUIRED_NODE } from '../../dist/lib/required-node.js'
import { NodeRed } from '../e2e/harness/node-red.mts'
import { nodeOf } from './old-node.mts'
import { NODE_TYPES, packageJson, read, root } from './repository.mts'

/** Versions that are too old, each with the Node-RED versions that themselves run on it. */
const TOO_OLD = [
  ['20.19.4', ['node-red-4']],
  ['22.9.0', ['node-red-4', 'node-red']],
  ['22.18.0', ['node-red-4', 'node-red']],
] as const

describe('a Node.js that is too old', () => {
  for (const [version, nodeReds] of TOO_OLD) {
    const sentence = `@artifact-automations/node-red needs Node.js ${REQUIRED_NODE} or newer, and this is Node.js ${version}: install a newer Node.js, then start Node-RED again.`

    for (const name of nodeReds) {
      it(`(${version}) is what every node says in one sentence, in the log of ${name} and in its list of nodes`, async () => {
        const nodeRed = await NodeRed.start({ package: name, node: await nodeOf(version) })
        try {
          const sets = (await nodeRed.admin('GET', '/nodes')) as { id: string; module: string; err?: unknown }[]
          const own = sets.filter(({ module }) => module === packageJson.name)
          assert.deepEqual(
            own.map(({ id, err }) => [path.posix.basename(id), err]).sort(),
            [...NODE_TYPES].sort().map((type) => [type, sentence]),
          )
          for (const type of NODE_TYPES) {
            const told = nodeRed.log.filter((line) => line.includes(`[${packageJson.name}/${type}]`))
            assert.equal(told.length, 1, told.join('\n'))
            assert.ok(told[0]!.endsWith(`] ${sentence}`), told[0])
          }
          assert.doesNotMatch(nodeRed.log.join('\n'), /^\s+at |TypeError|ERR_|\(line:/m)
        } finally {
          await nodeRed.stop()
        }
      })
    }

    it(`(${version}) is what the command says, and nothing else`, async () => {
      const command = path.join(root, String(packageJson.bin['artifact-automations-import']))
      const { status, stdout, stderr } = spawnSync(await nodeOf(version), [command, '--help'], { encoding: 'utf8' })
      assert.deepEqual([status, stdout, stderr], [1, '', `${sentence}\n`])
    })
  }

  it('is none from the one on that package.json names', async () => {
    const oldest = await nodeOf(`${REQUIRED_NODE}.0`)
    for (const name of ['node-red-4', 'node-red']) {
      const nodeRed = await NodeRed.start({ package: name, node: oldest })
      try {
        assert.deepEqual(await nodeRed.nodeSetErrors(), [])
      } finally {
        await nodeRed.stop()
      }
    }
  })
})

describe('the Node.js that is needed', () => {
  it('is told from others by its numbers', () => {
    for (const version of ['22.19.0', '22.20.1', '23.0.0', '24.21.0', '100.0.0', '23.1.0-nightly'])
      assert.equal(nodeProblem(version), null)
    for (const version of ['22.18.9', '22.9.0', '22.2.0', '21.99.0', '20.19.4', '18.5.0', '8.0.0', '22.18.0-rc.1']) {
      assert.match(nodeProblem(version) ?? '', /^@artifact-automations.*22\.19 or newer.*\.$/)
    }
  })

  it('is the same wherever it is written', () => {
    assert.equal(packageJson.engines.node, `>=${REQUIRED_NODE}`)
    const lock = JSON.parse(read('package-lock.json'))
    assert.equal(lock.packages[''].engines.node, `>=${REQUIRED_NODE}`)
    for (const page of ['README.md', 'docs/operations.md']) assert.match(read(page), /22\.19 or newer/, page)
    // undici decides
    const undici = JSON.parse(readFileSync(path.join(root, 'node_modules/undici/package.json'), 'utf8'))
    assert.equal(undici.engines.node, `>=${REQUIRED_NODE}.0`)
  })

  it('is asked for by every node, and by the command, before anything else', () => {
    for (const file of [
      ...NODE_TYPES.map((type) => `dist/nodes/${type}/${type}.js`),
      'dist/lib/sources/wandb/import-main.js',
    ]) {
      const [first] = /require\("([^"]+)"\)/.exec(read(file)) ?? []
      assert.match(first ?? '', /required-node\.js|import-node\.js/, file)
    }
  })
})
