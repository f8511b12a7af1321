import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { npm } from './pack.mts'
import { packageJson, root } from './repository.mts'

const TOOL = 'node-red-dev@0.1.6'

/** What the tool's checks can show without the catalogue of all packages; see scorecard-offline.cjs. */
const REAL = ['P01', 'P03', 'P04', 'P05', 'P06', 'N02', 'D01']

/** P07 asks for every Node.js on which the newest Node-RED starts; undici, and so the package, needs a newer one, and says so. */
const NOT_MET = ['P07']
const VACUOUS = 'P08 and N01 compare with an empty catalogue, P05 cannot fail, D02 looks at the first dependency only'

/**
 * The tool, from the registry. No devDependency: its tree is years old, and nothing else of ours should see it.
 * Kept beside the other packages until the next `npm ci`.
 */
async function installedTool(): Promise<string> {
  const folder = path.join(root, 'node_modules', `.${TOOL}`)
  if (existsSync(folder)) return folder
  const installing = await mkdtemp(`${folder}-`)
  try {
    await writeFile(path.join(installing, 'package.json'), '{"name":"scorecard","private":true}')
    npm(['install', '--no-audit', '--no-fund', '--ignore-scripts', TOOL], installing)
    await rename(installing, folder)
  } finally {
    await rm(installing, { recursive: true, force: true })
  }
  return folder
}

describe("the Flow Library's scorecard tool", () => {
  it(`finds nothing to complain about but the Node.js that undici needs (${VACUOUS})`, async () => {
    const tool = await installedTool()
    const folder = await mkdtemp(path.join(tmpdir(), 'artifact-automations-scorecard-'))
    try {
      const result = path.join(folder, 'scorecard.json')
      const { stdout, stderr } = spawnSync(
        process.execPath,
        [path.join(tool, 'node_modules/node-red-dev/bin/run'), 'validate', '-p', root, '-o', result],
        {
          cwd: folder,
          encoding: 'utf8',
          timeout: 120_000,
          env: {
            ...process.env,
            SCORECARD_ROOT: root,
            NODE_OPTIONS: `--require ${path.join(import.meta.dirname, 'scorecard-offline.cjs')}`,
          },
        },
      )
      const output = `${stdout}${stderr}`
      assert.doesNotMatch(output, /Unable to parse/)
      assert.ok(existsSync(result), output)
      const scorecard: Record<string, { test?: boolean }> = JSON.parse(await readFile(result, 'utf8'))
      assert.deepEqual(
        REAL.filter((check) => scorecard[check]?.test !== true),
        [],
        output,
      )
      assert.deepEqual(
        NOT_MET.filter((check) => scorecard[check]?.test !== false),
        [],
        'it is met now: move it',
      )
      assert.match(output, new RegExp(`Package has ${Object.keys(packageJson.dependencies).length} dependencies`))
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})
