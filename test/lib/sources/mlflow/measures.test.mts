import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import path from 'node:path'
import { mlflowStandin } from '../../../standin/mlflow/server.mts'
import { MlflowWorld } from '../../../standin/mlflow/world.mts'

describe('A large MLflow registry', function () {
  this.timeout(120_000)

  it('of 5,000 models and 50,000 versions is seen whole, then costs two requests a poll, and tells a new version at once', async () => {
    const world = new MlflowWorld()
    for (let model = 0; model < 5000; model += 1) {
      const { name } = world.create(`team.model-${model}`, { owner: `team-${model % 40}` })
      for (let version = 0; version < 10; version += 1) world.createVersion(name, { tags: { stage: 'candidate' } })
      world.setAlias(name, 'production', 10)
    }
    const standin = await mlflowStandin(world, { latest: false })
    try {
      const script = path.join(import.meta.dirname, 'measuring-process.mts')
      const child = fork(script, [standin.url, '4'], {
        execArgv: ['--expose-gc'],
        stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      })
      let text = ''
      child.stdout?.on('data', (chunk) => {
        text += chunk
      })
      child.on('message', (poll) => {
        if (poll === 2) world.createVersion('team.model-77')
        child.send('go on')
      })
      await new Promise((resolve) => child.on('close', resolve))
      const { firstLookMs, requests, peakMiB, each, told } = JSON.parse(text)
      process.stdout.write(
        `      first look ${firstLookMs} ms, ${requests} requests, ${peakMiB} MiB above idle; then ${each}\n`,
      )
      assert.deepEqual(told, ['LINK_ARTIFACT team.model-77:v11'])
      assert.deepEqual(each.toSpliced(2, 1), [2, 2, 2])
      assert.ok(each[2] <= 4)
      assert.ok(firstLookMs < 60_000)
    } finally {
      await standin.close()
    }
  })
})
