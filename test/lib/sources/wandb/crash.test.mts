import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { acme } from '../../../standin/samples.mts'
import { startStandin } from '../../../standin/server.mts'
import { SqliteStore } from './sqlite-store.mts'

/** Polls in a process of its own; gives its steps, or null when it was killed. */
function pollOnce(url: string, apiKey: string, file: string, killAt: number): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const script = path.join(import.meta.dirname, 'polling-process.mts')
    const child = spawn(process.execPath, [script, url, apiKey, file, String(killAt)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk) => {
      stdout += chunk
    })
    child.stderr.on('data', (chunk) => {
      stderr += chunk
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (signal === 'SIGKILL') resolve(null)
      else if (code === 0) resolve(Number(stdout))
      else reject(new Error(stderr))
    })
  })
}

describe('A poll that is killed', function () {
  this.timeout(180_000)

  it('#6 between any two of its steps, 50 times and more: every event is in the store exactly once', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'wandb-crash-'))
    const file = path.join(folder, 'state.db')
    const { world, ada, project, sequence, portfolio, version } = acme()
    const standin = await startStandin({ world })
    const key = ada.keys[0] ?? assert.fail()
    const expected: string[] = []
    let kills = 0
    try {
      const idle = (await pollOnce(standin.url, key, file, 0)) ?? assert.fail()
      assert.ok(idle > 0)
      // each round something happens, and the poll that would see it is killed at its next step, until it gets through
      for (let round = 0; kills < 50; round += 1) {
        const made = version({ metadata: { round } })
        const linked = world.link(made, portfolio, [`alias-${round}`])
        const run = world.addRun(project, ada, { name: `run-${round}` })
        world.logMetrics(run, [{ loss: 1 }])
        expected.push(
          `CREATE_ARTIFACT ${made.versionIndex}`,
          `LINK_ARTIFACT ${linked.index}`,
          `ADD_ARTIFACT_ALIAS alias-${round}`,
        )
        expected.push(`RUN_STATE run-${round}`, `RUN_METRIC run-${round}`)
        for (let killAt = 1; (await pollOnce(standin.url, key, file, killAt)) === null; killAt += 1) kills += 1
      }
      const store = new SqliteStore(file)
      const events = store.events() as Record<string, unknown>[]
      store.close()
      const found = events
        .filter((event) => event['alias'] !== 'latest')
        .map(
          (event) => `${event['event_type']} ${event['alias'] ?? event['run_id'] ?? event['artifact_version_index']}`,
        )
      assert.deepEqual(found.sort(), expected.sort())
      assert.ok(sequence.memberships.length > 2)
      process.stdout.write(`      ${kills} kills, ${events.length} events\n`)
    } finally {
      await standin.close()
      await rm(folder, { recursive: true, force: true })
    }
  })
})
