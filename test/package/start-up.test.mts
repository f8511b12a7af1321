import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

const root = path.resolve(import.meta.dirname, '../..')

/** What says which packages were loaded, once all nodes have been. */
const LOOK = `
  for (const file of process.argv.slice(1)) require(file)
  const names = Object.keys(require.cache).map((file) => /.*node_modules[/\\\\]((?:@[^/\\\\]+[/\\\\])?[^/\\\\]+)/.exec(file)?.[1])
  console.log(JSON.stringify([...new Set(names)].filter(Boolean)))`

describe('A start of Node-RED', () => {
  it('loads no library that only some ever need: a node that is not used costs what it loads all the same', async () => {
    const { 'node-red': nodeRed } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'))
    const files = Object.values<string>(nodeRed.nodes).map((file) => path.join(root, file))
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', LOOK, ...files])
    const loaded: string[] = JSON.parse(stdout)
    assert.ok(loaded.includes('undici'), stdout)
    for (const name of ['prom-client', 'pg', 'jsonata']) assert.ok(!loaded.includes(name), `${name} of ${stdout}`)
  })
})
