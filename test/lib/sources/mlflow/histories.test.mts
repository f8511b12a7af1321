import assert from 'node:assert/strict'
import { mlflowStandin, type Standin } from '../../../standin/mlflow/server.mts'
import { MlflowWorld } from '../../../standin/mlflow/world.mts'
import { factsOf, move, Retold, randomOf } from './retold.mts'
import { brief, type Watching, watching } from './watching.mts'

describe('Whatever happens to an MLflow registry', function () {
  this.timeout(120_000)
  let standin: Standin
  let watch: Watching
  afterEach(async () => {
    await watch.close()
    await standin.close()
  })

  /** Pages as small as `size`: a server that refuses more, or has so many things. */
  function smallPages(size: number): void {
    standin.intercept = (_request, response, url) => {
      if (Number(url.searchParams.get('max_results') ?? 0) <= 100) return false
      response.writeHead(400, { 'Content-Type': 'application/json' })
      response.end(JSON.stringify({ error_code: 'INVALID_PARAMETER_VALUE', message: `max_results: at most ${size}` }))
      return true
    }
  }

  for (let seed = 1; seed <= 20; seed += 1) {
    it(`is retold by the events, no more and no less, where all fits on a page (${seed})`, async () => {
      const world = new MlflowWorld()
      standin = await mlflowStandin(world)
      watch = watching(standin.url)
      const random = randomOf(seed)
      const told = new Retold()
      for (let count = 0; count < 12; count += 1) move(world, random)
      await watch.poll()
      told.follow(world)
      for (const fact of factsOf(world)) told.facts.add(fact)
      for (let round = 0; round < 25; round += 1) {
        for (let count = random(5); count > 0; count -= 1) move(world, random)
        const events = await watch.poll()
        told.follow(world)
        told.tell(events)
        assert.deepEqual(told.wrong, [], brief(events).join('\n'))
        assert.deepEqual([...told.facts].sort(), factsOf(world), brief(events).join('\n'))
      }
    })
  }

  it('is retold where it does not fit on a page, as soon as everything was looked at', async () => {
    const world = new MlflowWorld()
    for (let model = 0; model < 250; model += 1) {
      world.create(`model ${model}`)
      for (let version = 0; version < 2; version += 1) world.createVersion(`model ${model}`)
    }
    standin = await mlflowStandin(world)
    smallPages(100)
    watch = watching(standin.url)
    const random = randomOf(7)
    const told = new Retold()
    await watch.poll()
    told.follow(world)
    for (const fact of factsOf(world)) told.facts.add(fact)
    for (let round = 0; round < 6; round += 1) {
      for (let polls = 0; polls < 60; polls += 1) {
        if (polls < 10) for (let count = random(4); count > 0; count -= 1) move(world, random)
        const events = await watch.poll()
        told.follow(world)
        told.tell(events)
        assert.deepEqual(told.wrong, [])
      }
      assert.deepEqual([...told.facts].sort(), factsOf(world), `round ${round}`)
    }
  })
})
