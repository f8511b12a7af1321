import assert from 'node:assert/strict'
import { type FlowNode, NodeRed } from '../e2e/harness/node-red.mts'
import { Receiver } from '../e2e/harness/receiver.mts'
import { factsOf, Retold, randomOf } from '../lib/sources/mlflow/retold.mts'
import { brief, EVENTS, type Watching, watching } from '../lib/sources/mlflow/watching.mts'
import { secret, secretId, sender, source, template, trigger, webhook } from '../nodes/automation.mts'
import { mlflowStandin, type Standin } from '../standin/mlflow/server.mts'
import { MlflowWorld } from '../standin/mlflow/world.mts'
import { asWebhookEvent, MLFLOW, MlflowServer } from './mlflow-server.mts'
import { type Python, pythonWith, run } from './python.mts'

/** The newest MLflow of each line, and the oldest. Of the older ones the small package serves the registry as well. */
const SERVERS = {
  'MLflow 3.17': ['mlflow', MLFLOW],
  'MLflow 2.22': [
    'mlflow2',
    ['mlflow-skinny==2.22.5', 'Flask<4', 'sqlalchemy<2.1', 'alembic', 'graphene', 'gunicorn', 'setuptools<81'],
  ],
  'MLflow 2.9': [
    'mlflow2.9',
    [
      ...['mlflow-skinny==2.9.2', 'Flask<3', 'Werkzeug<3', 'querystring-parser'],
      ...['sqlalchemy<2.1', 'alembic', 'gunicorn', 'setuptools<81'],
    ],
  ],
} as const satisfies Record<string, readonly [string, readonly string[]]>

type Name = keyof typeof SERVERS
const NAMES = Object.keys(SERVERS) as Name[]
const SECRET = 'a secret that nobody guesses'

const pythons = new Map<Name, Python | Error>()
for (const name of NAMES) {
  const [folder, packages] = SERVERS[name]
  pythons.set(name, await pythonWith(folder, packages).catch((error: Error) => error))
}

const started = new Map<Name, Promise<MlflowServer>>()
/** One server of each version, for all tests here. */
function serverOf(name: Name): Promise<MlflowServer> {
  const python = pythons.get(name)
  if (python instanceof Error) throw python
  if (!python || 'absent' in python) throw new Error(`NOT RUN with ${name}: ${python?.absent}`)
  const server = started.get(name) ?? MlflowServer.start(python.binary)
  started.set(name, server)
  return server
}

const absent = NAMES.map((name) => pythons.get(name)).find((python) => python && 'absent' in python)

type Step = readonly [method: string, route: string, body: Record<string, unknown>, tells: readonly string[]]

/** The life of a model; what a look after each step tells. */
const lifeOf = (name: string): readonly Step[] => [
  ['POST', 'registered-models/create', { name }, []],
  [
    'POST',
    'model-versions/create',
    { name, source: 's3://bucket/model', run_id: 'r1', tags: [{ key: 'by', value: 'ada' }] },
    [`LINK_ARTIFACT ${name}:v1`, `ADD_ARTIFACT_TAG ${name}:v1 by=ada`],
  ],
  [
    'POST',
    'registered-models/alias',
    { name, alias: 'production', version: '1' },
    [`ADD_ARTIFACT_ALIAS ${name}:production`],
  ],
  [
    'POST',
    'model-versions/set-tag',
    { name, version: '1', key: 'eu', value: '=' },
    [`ADD_ARTIFACT_TAG ${name}:v1 eu==`],
  ],
  ['POST', 'registered-models/set-tag', { name, key: 'team', value: 'x' }, [`ADD_COLLECTION_TAG ${name} team=x`]],
  [
    'POST',
    'model-versions/transition-stage',
    { name, version: '1', stage: 'Staging' },
    [`ADD_ARTIFACT_ALIAS ${name}:Staging`],
  ],
  [
    'POST',
    'model-versions/transition-stage',
    { name, version: '1', stage: 'Production' },
    [`REMOVE_ARTIFACT_ALIAS ${name}:Staging`, `ADD_ARTIFACT_ALIAS ${name}:Production`],
  ],
  ['DELETE', 'model-versions/delete-tag', { name, version: '1', key: 'eu' }, [`REMOVE_ARTIFACT_TAG ${name}:v1 eu`]],
  ['POST', 'model-versions/create', { name, source: 's3://bucket/2' }, [`LINK_ARTIFACT ${name}:v2`]],
  [
    'POST',
    'registered-models/alias',
    { name, alias: 'production', version: '2' },
    [`ADD_ARTIFACT_ALIAS ${name}:production`],
  ],
  // before its version goes: MLflow 2 keeps the alias of a version that is deleted
  ['DELETE', 'registered-models/alias', { name, alias: 'production' }, [`REMOVE_ARTIFACT_ALIAS ${name}:production`]],
  ['DELETE', 'model-versions/delete', { name, version: '2' }, [`UNLINK_ARTIFACT ${name}:v2`]],
  ['POST', 'registered-models/rename', { name, new_name: `${name} 2` }, []],
  [
    'DELETE',
    'registered-models/delete',
    { name: `${name} 2` },
    [
      `REMOVE_ARTIFACT_TAG ${name} 2:v1 by`,
      `REMOVE_ARTIFACT_ALIAS ${name} 2:Production`,
      `UNLINK_ARTIFACT ${name} 2:v1`,
      `REMOVE_COLLECTION_TAG ${name} 2 team`,
    ],
  ],
]

/** A random call of the REST interface that the registry can take. */
function callOf(world: MlflowWorld, random: (below: number) => number, fresh: string): Step {
  const models = [...world.models.values()]
  const model = models[random(models.length)]
  const name = model?.name ?? ''
  const version = model ? [...model.versions.keys()][random(model.versions.size)] : undefined
  const kind = random(16)
  if (!model || kind === 0) return ['POST', 'registered-models/create', { name: fresh }, []]
  if (kind === 1) return ['POST', 'registered-models/rename', { name, new_name: `${fresh} renamed` }, []]
  if (kind === 2) return ['DELETE', 'registered-models/delete', { name }, []]
  if (version === undefined || kind < 6) return ['POST', 'model-versions/create', { name, source: 's3://b/m' }, []]
  const at = { name, version: String(version) }
  if (kind < 9) return ['POST', 'registered-models/alias', { ...at, alias: `a${random(3)}` }, []]
  if (kind < 11) return ['POST', 'model-versions/set-tag', { ...at, key: `t${random(3)}`, value: `${random(3)}` }, []]
  if (kind === 11)
    return ['POST', 'registered-models/set-tag', { name, key: `k${random(2)}`, value: `${random(3)}` }, []]
  const holds = [...model.aliases.values()].includes(version)
  if (kind === 12 && !holds) return ['DELETE', 'model-versions/delete', at, []]
  if (kind < 14) return ['DELETE', 'registered-models/alias', { name, alias: `a${random(3)}` }, []]
  const stage = ['None', 'Staging', 'Production', 'Archived'][random(4)]
  return ['POST', 'model-versions/transition-stage', { ...at, stage }, []]
}

async function callStandin({ url }: Standin, [method, route, body]: Step): Promise<void> {
  const answer = await fetch(`${url}/api/2.0/mlflow/${route}`, { method, body: JSON.stringify(body) })
  assert.equal(answer.status, 200, `${method} ${route}: ${await answer.text()}`)
}

describe('An MLflow server that is watched', function () {
  this.timeout(180_000)
  if (absent) {
    it(`NOT RUN: ${'absent' in absent ? absent.absent : ''}`)
    return
  }
  after(async () => {
    for (const server of started.values()) await server.then((each) => each.stop())
  })

  let watch: Watching
  let standin: Standin
  let world: MlflowWorld
  beforeEach(async () => {
    world = new MlflowWorld()
    standin = await mlflowStandin(world)
  })
  afterEach(async () => {
    await watch?.close()
    await standin.close()
  })

  /** Everything is told, by one look each, with no request too many. */
  async function live(call: (step: Step) => Promise<unknown>, name: string): Promise<void> {
    await watch.poll()
    for (const step of lifeOf(name)) {
      await call(step)
      assert.deepEqual(brief(await watch.poll()).sort(), [...step[3]].sort(), step.slice(0, 2).join(' '))
    }
    const before = watch.client.requests
    assert.deepEqual(await watch.poll(), [])
    assert.ok(watch.client.requests - before <= 2)
  }

  it('tells the life of a model: the stand-in', async () => {
    watch = watching(standin.url)
    await live((step) => callStandin(standin, step), 'churn ü')
  })

  for (const name of NAMES) {
    it(`tells the life of a model: ${name}, the same`, async () => {
      const server = await serverOf(name)
      watch = watching(server.url)
      await live(([method, route, body]) => server.call(method, route, body), 'churn ü')
    })

    it(`is retold by the events whatever happens, as the stand-in has it: ${name}`, async () => {
      const server = await serverOf(name)
      watch = watching(server.url)
      await watch.poll()
      const random = randomOf(NAMES.indexOf(name) + 3)
      const told = new Retold()
      told.follow(world)
      for (let round = 0; round < 20; round += 1) {
        for (let count = random(4); count > 0; count -= 1) {
          const step = callOf(world, random, `random ${round}.${count}`)
          await callStandin(standin, step)
          await server.call(step[0], step[1], step[2])
        }
        const events = await watch.poll()
        told.follow(world)
        told.tell(events)
        assert.deepEqual([told.wrong, [...told.facts].sort()], [[], factsOf(world)], brief(events).join('\n'))
      }
    })
  }

  it('keeps models from a user by its own authentication, which is no deletion, until it gives them back', async () => {
    const python = pythons.get('MLflow 3.17')
    assert.ok(python && 'binary' in python)
    const server = await MlflowServer.start(python.binary, { withUsers: true })
    try {
      for (const name of ['kept', 'open']) {
        await server.call('POST', 'registered-models/create', { name })
        await server.call('POST', 'model-versions/create', { name, source: 's3://bucket/model' })
      }
      const ada = { username: 'ada', password: 'a pass word of 20' }
      await server.call('POST', 'users/create', ada)
      watch = watching(server.url, { key: `${ada.username}:${ada.password}` })
      await watch.poll()
      const ofKept = { username: ada.username, resource_type: 'registered_model', resource_id: 'kept' }
      await server.call('POST', '/api/3.0/mlflow/users/permissions/grant', { ...ofKept, permission: 'DENY' })
      await server.call('POST', 'model-versions/create', { name: 'open', source: 's3://bucket/2' })
      assert.deepEqual(brief(await watch.poll()), ['LINK_ARTIFACT open:v2'])
      assert.deepEqual(brief(await watch.poll()), [])
      assert.match(watch.skipped.get('kept') ?? '', /may not read it/)
      await server.call('POST', '/api/3.0/mlflow/users/permissions/revoke', ofKept)
      await server.call('POST', 'model-versions/create', { name: 'kept', source: 's3://bucket/2' })
      assert.deepEqual(brief(await watch.poll()), ['LINK_ARTIFACT kept:v2'])
      await server.call('DELETE', 'registered-models/delete', { name: 'kept' })
      const told = [...brief(await watch.poll()), ...brief(await watch.poll())]
      assert.deepEqual(told.sort(), ['UNLINK_ARTIFACT kept:v1', 'UNLINK_ARTIFACT kept:v2'])
    } finally {
      await server.stop()
    }
  })

  it('has a stand-in for Unity Catalog that MLflow’s own client reads as the watch does', async () => {
    const python = pythons.get('MLflow 3.17')
    assert.ok(python && 'binary' in python)
    watch = watching(standin.url)
    world.create('main.ml.churn')
    world.createVersion('main.ml.churn', { tags: { by: 'ada' } })
    const env = {
      ...process.env,
      DATABRICKS_HOST: standin.url,
      DATABRICKS_TOKEN: 'dapi-1',
      MLFLOW_DISABLE_TELEMETRY: 'true',
    }
    const { code, stdout, stderr } = await run(python.binary, ['-c', CATALOG], env)
    assert.equal(code, 0, stderr)
    assert.deepEqual(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''), {
      models: ['main.ml.churn', 'main.ml.made'],
      versions: [1],
      aliases: { champion: 1 },
      tags: { by: 'ada', region: 'eu' },
    })
    assert.deepEqual([...world.model('main.ml.churn').aliases], [['champion', 1]])
  })

  for (const version of ['node-red', 'node-red-4']) {
    it(`drives ${version}: a delivery for every kind of event, and none twice where webhooks tell it too`, async () => {
      const three = await serverOf('MLflow 3.17')
      const two = await serverOf('MLflow 2.22')
      const farEnd = await Receiver.listen()
      const nodeRed = await NodeRed.start({ package: version })
      try {
        await nodeRed.listen()
        await nodeRed.deploy(FLOW(farEnd.url, three.url, two.url))
        const kinds = [
          'model_version.created',
          'model_version_alias.created',
          'model_version_alias.deleted',
          'model_version_tag.set',
        ]
        const hook = await three.addWebhook(`${nodeRed.url}/told`, kinds.map(asWebhookEvent), SECRET)
        await nodeRed.sawPushed(({ topic, data }) => {
          return topic === 'status/on-two' && /polled/.test((data as { text?: string }).text ?? '')
        })
        await nodeRed.sawPushed(({ topic, data }) => {
          return topic === 'status/on-three' && /polled/.test((data as { text?: string }).text ?? '')
        })
        const name = `of ${version}`
        const expected: string[] = []
        let slowest = 0
        for (const [method, route, body, tells] of lifeOf(name)) {
          for (const server of [three, two]) await server.call(method, route, body)
          expected.push(...tells, ...tells)
          const since = performance.now()
          // a look after each step: what follows may not undo it
          await farEnd.received(expected.length)
          slowest = Math.max(slowest, performance.now() - since)
          if (tells.length === 0) await new Promise((resolve) => setTimeout(resolve, 2_500))
        }
        await three.call('DELETE', `webhooks/${hook}`)
        const arrived = farEnd.requests.map(({ body }) => {
          const { type, path, tag } = JSON.parse(body.toString())
          return [type, path.replace(/^acme\/(models|others)\//, ''), tag].filter(Boolean).join(' ')
        })
        assert.deepEqual(arrived.sort(), expected.sort())
        process.stdout.write(
          `      from a change to its delivery: ${Math.round(slowest)} ms at most, asked every second\n`,
        )
        assert.ok(slowest < 2_000, 'an interval and a second')
      } finally {
        await nodeRed.stop()
        await farEnd.close()
      }
    })
  }
})

/** What the watch asks of Unity Catalog, and what fills it, by MLflow's own client for it. */
const CATALOG = `
import json
from mlflow import MlflowClient
client = MlflowClient(tracking_uri="sqlite://", registry_uri="databricks-uc")
client.create_registered_model("main.ml.made")
client.set_registered_model_alias("main.ml.churn", "champion", "1")
client.set_model_version_tag("main.ml.churn", "1", "region", "eu")
print(json.dumps({
    "models": sorted(m.name for m in client.search_registered_models()),
    "versions": [int(v.version) for v in client.search_model_versions("name='main.ml.churn'")],
    "aliases": {a: int(v) for a, v in client.get_registered_model("main.ml.churn").aliases.items()},
    "tags": client.get_model_version("main.ml.churn", "1").tags,
}))
`

const PLACE = { entity: 'acme', project: 'models' }

const FLOW = (farEnd: string, three: string, two: string): FlowNode[] => {
  const on = (id: string, of: string) => {
    const scope = { scope: 'project', entity: 'acme', project: '', events: EVENTS, pattern: '' }
    return trigger({ id: `on-${id}`, z: 'tab', source: of, ...scope })
  }
  const watched = (id: string, baseUrl: string, more: object = {}) =>
    source({ id, kind: 'mlflow', baseUrl, apiKey: '', interval: '1', ...PLACE, ...more })
  return [
    { id: 'tab', type: 'tab', label: 'models' },
    on('three', 'watched-three'),
    on('two', 'watched-two'),
    on('told', 'told'),
    template(
      '{"type": "${event_type}", "path": "${artifact_version_string}", "tag": "${tag}", "id": "${event.event_id}"}',
      {
        z: 'tab',
      },
    ),
    sender({ z: 'tab', wires: [[], []] }),
    watched('watched-three', three),
    // the same names elsewhere are other models
    watched('watched-two', two, { project: 'others' }),
    source({
      id: 'told',
      path: '/told',
      format: 'mlflow',
      auth: 'signature',
      secret: secretId('MLFLOW_SECRET'),
      ...PLACE,
    }),
    { ...secret('MLFLOW_SECRET'), credentials: { value: SECRET } },
    webhook(farEnd),
  ]
}
