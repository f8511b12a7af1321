import { spawn } from 'node:child_process'

/**
 * Polls in a process of its own, which kills itself at a step.
 * @param script gets the URL, the file of its state, and the step; prints how many steps there were
 * @returns its steps, or null when it was killed
 */
export function pollOnce(script: string, url: string, file: string, killAt: number): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, url, file, String(killAt)], { stdio: ['ignore', 'pipe', 'inherit'] })
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
