import { spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** A Python with packages, or why there can be none on this machine, in words. */
export type Python = { readonly binary: string } | { readonly absent: string }

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end; `code` is null when it could not be started or was killed. */
export function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk) => {
      stdout += chunk
    })
    child.stderr.on('data', (chunk) => {
      stderr += chunk
    })
    child.on('error', (error) => resolve({ code: null, stdout, stderr: error.message }))
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

/** What pip says when it cannot reach an index, as opposed to anything that is wrong. */
const UNREACHABLE =
  /Temporary failure in name resolution|Name or service not known|NewConnectionError|ConnectTimeoutError|Network is unreachable|Connection refused|No matching distribution found/

/**
 * A virtual environment with these pinned packages, in a cache folder under the system's temporary folder, made on
 * first use. Absent only where there is no Python 3 or no package index; everything else that goes wrong throws.
 */
export async function pythonWith(name: string, packages: readonly string[]): Promise<Python> {
  const found = await run('python3', ['--version'])
  if (found.code !== 0) return { absent: 'there is no python3 on this machine' }
  const folder = path.join(tmpdir(), `artifact-automations-${name}-${packages.join('-').replace(/[^\w.-]/g, '_')}`)
  const binary = path.join(folder, 'bin', 'python')
  const complete = path.join(folder, 'complete')
  if (existsSync(complete)) return { binary }
  await rm(folder, { recursive: true, force: true })
  const venv = await run('python3', ['-m', 'venv', folder])
  if (venv.code !== 0) throw new Error(`python3 -m venv failed: ${venv.stdout}${venv.stderr}`)
  const pip = await run(binary, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages])
  if (pip.code !== 0) {
    if (UNREACHABLE.test(pip.stderr)) return { absent: `pip cannot reach a package index with ${packages.join(', ')}` }
    throw new Error(`pip install ${packages.join(' ')} failed: ${pip.stdout}${pip.stderr}`)
  }
  writeFileSync(complete, '')
  return { binary }
}
