import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { HubWorld, hubStandin } from '../../../standin/hub/server.mts'
import { randomOf } from '../mlflow/retold.mts'
import { SqliteStore } from '../wandb/sqlite-store.mts'
import { pollOnce } from '../watch/killed-poll.mts'
import { move, Retold, refsOf } from './retold.mts'
import { watching } from './watching.mts'

const ROUNDS = 50
/** A poll in which something moved has about so many. */
const STEPS = 24

describe('A poll of the Hugging Face Hub that is killed', function () {
  this.timeout(180_000)

  it('#6 anywhere, while repositories move, 50 times: the events retell them, each once', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'hub-crash-'))
    const file = path.join(folder, 'state.db')
    const world = new HubWorld()
    const hub = await hubStandin(world)
    const random = randomOf(2027)
    const told = new Retold()
    const ids = new Set<string>()
    let [count, kills] = [0, 0]
    const hear = async () => {
      const store = new SqliteStore(file)
      const events = store.events() as never[]
      store.close()
      told.tell(events.slice(count))
      for (const { event_id } of events as { event_id: string }[]) ids.add(event_id)
      count = events.length
    }
    try {
      for (let each = 0; each < 12; each += 1) move(world, random)
      await pollOnce('huggingface', hub.url, file, 0)
      await hear()
      assert.equal(count, 0, 'the first look is silent')
      for (const [ref, commit] of refsOf(world)) told.refs.set(ref, commit)
      for (let round = 0; round < ROUNDS; round += 1) {
        for (let each = random(4); each > 0; each -= 1) move(world, random)
        if ((await pollOnce('huggingface', hub.url, file, 1 + random(STEPS))) === null) kills += 1
        await hear()
      }
      const store = new SqliteStore(file)
      const watch = watching(hub.url, { store })
      // of the three kinds each has its turn
      for (let poll = 0; poll < 45; poll += 1) await watch.poll()
      await watch.close()
      store.close()
      await hear()
      process.stdout.write(`      ${kills} kills, ${count} events\n`)
      assert.deepEqual(told.wrong, [])
      assert.deepEqual([...told.refs].sort(), [...refsOf(world)].sort())
      assert.equal(ids.size, count, 'none has the id of another')
      assert.ok(kills > ROUNDS / 3 && count > ROUNDS / 2)
    } finally {
      await hub.close()
      await rm(folder, { recursive: true, force: true })
    }
  })
})

describe('Whatever happens to repositories of the Hugging Face Hub', () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    it(`is retold by the events, no more and no less (${seed})`, async () => {
      const world = new HubWorld()
      const hub = await hubStandin(world)
      const watch = watching(hub.url)
      try {
        const random = randomOf(seed)
        const told = new Retold()
        for (let each = 0; each < 12; each += 1) move(world, random)
        assert.deepEqual(await watch.poll(), [])
        for (const [ref, commit] of refsOf(world)) told.refs.set(ref, commit)
        for (let round = 0; round < 20; round += 1) {
          for (let each = random(4); each > 0; each -= 1) move(world, random)
          told.tell(await watch.poll())
          assert.deepEqual(told.wrong, [])
        }
        for (let poll = 0; poll < 45; poll += 1) told.tell(await watch.poll())
        assert.deepEqual([told.wrong, [...told.refs].sort()], [[], [...refsOf(world)].sort()])
      } finally {
        await watch.close()
        await hub.close()
      }
    })
  }
})
