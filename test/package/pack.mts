import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { root } from './repository.mts'

export interface Tarball {
  readonly file: string
  /** Paths inside the package. */
  readonly contents: readonly string[]
  /** Bytes. */
  readonly size: number
  remove(): void
}

/** `npm pack` of what is built already; building here would pull the rug from under tests that run side by side. */
export function pack(): Tarball {
  const folder = mkdtempSync(path.join(tmpdir(), 'artifact-automations-pack-'))
  const output = npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root)
  const [{ filename, files, size }] = JSON.parse(output)
  return {
    file: path.join(folder, filename),
    contents: files.map(({ path }: { path: string }) => path),
    size,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

export function npm(args: readonly string[], cwd: string): string {
  return execFileSync('npm', [...args, '--loglevel=error'], {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
}
