import { spawn } from 'node:child_process'
import path from 'node:path'

const SCRIPT = path.join(import.meta.dirname, 'polling-process.mts')

/**
 * Polls in a process of its own, which kills itself at a step.
 * @returns its steps, or null when it was killed
 */
export function pollOnce(
  registry: 'mlflow' | 'huggingface',
  url: string,
  file: string,
  killAt: number,
): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [SCRIPT, registry, url, file, String(killAt)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let stdout = ''
    child.stdout.on('data', (chunk) => {
      stdout += chunk
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (signal === 'SIGKILL') resolve(null)
      else if (code === 0) resolve(Number(stdout))
      else reject(new Error(`ended with ${code}`))
    })
  })
}
