import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { sampleEvent } from '../../dist/lib/automations/samples.js'
import { EVENT_TYPES } from '../../dist/lib/events/event.js'
import { pack, type Tarball } from './pack.mts'
import { packageJson, root } from './repository.mts'

/** A project of somebody else that has the packed package, and nothing else of this repository. */
describe('a project that uses the packed package', () => {
  let tarball: Tarball
  let project: string
  let load: NodeJS.Require

  before(() => {
    tarball = pack()
    project = mkdtempSync(path.join(tmpdir(), 'artifact-automations-consumer-'))
    const home = path.join(project, 'node_modules', packageJson.name)
    mkdirSync(home, { recursive: true })
    const { status, stderr } = spawnSync('tar', ['-xzf', tarball.file, '--strip-components=1', '-C', home])
    assert.equal(status, 0, String(stderr))
    // as Node-RED's own types do, ours know Node.js' Buffer
    mkdirSync(path.join(project, 'node_modules/@types'))
    symlinkSync(path.join(root, 'node_modules/@types/node'), path.join(project, 'node_modules/@types/node'))
    symlinkSync(path.join(root, 'node_modules/undici-types'), path.join(project, 'node_modules/undici-types'))
    cpSync(path.join(root, 'test/package/consumer/consumer.ts'), path.join(project, 'consumer.ts'))
    writeFileSync(path.join(project, 'package.json'), '{"name":"consumer","type":"module"}')
    load = createRequire(path.join(project, 'consumer.js'))
  })
  after(() => {
    tarball.remove()
    rmSync(project, { recursive: true, force: true })
  })

  for (const [module, moduleResolution] of [
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ] as const) {
    it(`compiles against its types with module ${module}, and is told what is wrong`, () => {
      const config = {
        compilerOptions: {
          ...{ module, moduleResolution, target: 'es2023', types: ['node'] },
          ...{ strict: true, exactOptionalPropertyTypes: true, resolveJsonModule: true, noEmit: true },
        },
        files: ['consumer.ts'],
      }
      writeFileSync(path.join(project, 'tsconfig.json'), JSON.stringify(config))
      const compiler = path.join(root, 'node_modules/typescript/bin/tsc')
      const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', project], { encoding: 'utf8' })
      assert.equal(status, 0, stdout)
    })
  }

  it('gets the schema of an event, which is a JSON Schema that takes every kind of event', () => {
    const schema = load(`${packageJson.name}/event.schema.json`)
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema)
    for (const type of EVENT_TYPES) assert.ok(validate(sampleEvent(type)), JSON.stringify(validate.errors))
    assert.ok(!validate({ ...sampleEvent('LINK_ARTIFACT'), event_type: 'NONE' }))
  })

  it('loads it without Node-RED, and finds types alone', () => {
    assert.deepEqual(Object.keys(load(packageJson.name)), [])
    assert.equal(load(`${packageJson.name}/package.json`).version, packageJson.version)
  })

  it('reaches nothing that is ours alone', () => {
    for (const inside of ['dist/lib/error.js', 'lib/error.js', 'dist/nodes/webhook-sender/webhook-sender.js']) {
      assert.throws(() => load(`${packageJson.name}/${inside}`), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' })
    }
  })
})
