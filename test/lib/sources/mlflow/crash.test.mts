import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { mlflowStandin } from '../../../standin/mlflow/server.mts'
import { MlflowWorld } from '../../../standin/mlflow/world.mts'
import { SqliteStore } from '../wandb/sqlite-store.mts'
import { pollOnce } from '../watch/killed-poll.mts'
import { factsOf, move, Retold, randomOf } from './retold.mts'

const ROUNDS = 50

describe('A poll of an MLflow server that is killed', function () {
  this.timeout(180_000)

  it('#6 anywhere, while the registry moves, 50 times: the events retell it, each once', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'mlflow-crash-'))
    const file = path.join(folder, 'state.db')
    const world = new MlflowWorld()
    const standin = await mlflowStandin(world)
    const random = randomOf(2026)
    const told = new Retold()
    let names = new Map<number, string>()
    let count = 0
    let kills = 0
    /** What came into the store since the last time; it also knows under which name it knew each model. */
    const hear = async () => {
      const store = new SqliteStore(file)
      const { parts } = await store.load()
      const events = store.events() as never[]
      store.close()
      const known = new Map<number, string>()
      for (const [key, text] of parts) if (key.startsWith('m/')) known.set(JSON.parse(text)[0], key.slice(2))
      for (const [created, name] of names) {
        const now = known.get(created)
        if (now !== undefined && now !== name) told.rename(name, now)
      }
      names = known
      told.tell(events.slice(count))
      count = events.length
    }
    try {
      for (let each = 0; each < 12; each += 1) move(world, random)
      const idle = (await pollOnce('mlflow', standin.url, file, 0)) ?? assert.fail()
      await hear()
      assert.equal(count, 0, 'the first look is silent')
      for (const fact of factsOf(world)) told.facts.add(fact)
      for (let round = 0; round < ROUNDS; round += 1) {
        for (let each = random(4); each > 0; each -= 1) move(world, random)
        if ((await pollOnce('mlflow', standin.url, file, 1 + random(idle + 6))) === null) kills += 1
        await hear()
      }
      await pollOnce('mlflow', standin.url, file, 0)
      await hear()
      assert.deepEqual(told.wrong, [])
      assert.deepEqual([...told.facts].sort(), factsOf(world))
      process.stdout.write(`      ${kills} kills, ${count} events\n`)
      assert.ok(kills > ROUNDS / 2 && count > ROUNDS)
    } finally {
      await standin.close()
      await rm(folder, { recursive: true, force: true })
    }
  })
})
