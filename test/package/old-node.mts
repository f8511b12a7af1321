import { existsSync } from 'node:fs'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { npm } from './pack.mts'
import { root } from './repository.mts'

/**
 * A Node.js of this version, from the npm package that `node` itself installs for this system. No devDependency: it is
 * fetched when a test needs it, and kept beside the other packages until the next `npm ci`.
 */
export async function nodeOf(version: string): Promise<string> {
  const system = process.platform === 'win32' ? 'win' : process.platform
  const name = `node-${system}-${process.arch}`
  const kept = path.join(root, 'node_modules', `.node-${version}${process.platform === 'win32' ? '.exe' : ''}`)
  if (existsSync(kept)) return kept
  const folder = await mkdtemp(path.join(root, 'node_modules', `.installing-node-${version}-`))
  try {
    await writeFile(path.join(folder, 'package.json'), '{"name":"old-node","private":true}')
    npm(['install', '--no-audit', '--no-fund', '--ignore-scripts', `${name}@${version}`], folder)
    const binary = path.basename(kept).endsWith('.exe') ? 'node.exe' : 'node'
    await rename(path.join(folder, 'node_modules', name, 'bin', binary), kept)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return kept
}
