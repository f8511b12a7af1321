// Lint and format check of the whole repository, then the types. `npm run lint -- --write` mends what can be mended.
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { compile } from './build.mjs'

const root = path.resolve(import.meta.dirname, '..')
const biome = spawnSync(
  process.execPath,
  ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit' },
)
if (biome.status !== 0) process.exit(biome.status ?? 1)
compile()
