import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { runInNewContext } from 'node:vm'
import { planDatabase } from '../../dist/lib/store/postgres/settings.js'
import { packageJson, read } from './repository.mts'

// Node-RED's own
const yaml = createRequire(createRequire(import.meta.url).resolve('node-red/package.json'))('js-yaml')

interface Service {
  readonly image?: string
  readonly build?: string
  readonly environment: Readonly<Record<string, string>>
  readonly ports?: readonly string[]
  readonly volumes: readonly string[]
  readonly depends_on?: Readonly<Record<string, unknown>>
}

const DATABASE_URL = 'postgres://node-red:s3cret@db/name'
const NEEDED = ['DATABASE_URL', 'NODE_RED_CREDENTIAL_SECRET']

/** `<<: *other`, which docker compose knows and YAML 1.2 does not. */
function merged({ '<<': other, ...own }: Service & { readonly '<<'?: Service }): Service {
  return { ...(other as Service), ...own }
}

function settings(env: Record<string, string>) {
  const module = { exports: {} as { artifactAutomations: { database: object }; credentialSecret: string } }
  runInNewContext(read('docs/deploy/settings.js'), { module, process: { env } })
  return module.exports
}

describe('the files that several Node-RED are started with', () => {
  it('settings.js takes the database and the secret of credentials from the environment, and does nothing without', () => {
    const given = settings({ DATABASE_URL, NODE_RED_CREDENTIAL_SECRET: 'x' })
    assert.equal(planDatabase({ ...given.artifactAutomations.database }, {}).connectionString, DATABASE_URL)
    assert.equal(given.credentialSecret, 'x')
    for (const name of NEEDED) {
      const env: Record<string, string> = { DATABASE_URL, NODE_RED_CREDENTIAL_SECRET: 'x' }
      delete env[name]
      assert.throws(() => settings(env), /Set DATABASE_URL/)
    }
  })

  it('Dockerfile installs this package, and starts with these settings', () => {
    const file = read('docs/deploy/Dockerfile')
    assert.ok(file.includes(` ${packageJson.name}\n`))
    // Node-RED's images have the Node.js of their suffix; without one, those of 4.1 have 20 and those of 5 have 24
    const [, version, node] = /^FROM nodered\/node-red:(\d+)[\d.]*(?:-(\d+))?$/m.exec(file) ?? []
    assert.ok(Number(node ?? (version === '5' ? 24 : 20)) >= 22, 'an image with a Node.js that is too old')
    const [, place] = /COPY settings\.js (\S+)/.exec(file) ?? []
    assert.ok(place && file.includes(`CMD ["--settings", "${place}"]`))
  })

  it('compose.yaml has two that differ in nothing but their port and their folder, and names nothing that is not there', () => {
    const { services, volumes } = yaml.load(read('docs/deploy/compose.yaml')) as {
      services: Record<string, Service>
      volumes: object
    }
    const [one, two] = [services['node-red-1']!, merged(services['node-red-2']!)]
    assert.deepEqual({ ...two, ports: one.ports, volumes: one.volumes }, one)
    assert.notDeepEqual([two.ports, two.volumes], [one.ports, one.volumes])
    assert.deepEqual(Object.keys(one.environment).sort(), NEEDED)
    const url = new URL(one.environment['DATABASE_URL']!.replaceAll(/\$\{\w+\}/g, 'x'))
    assert.ok(url.hostname in services)
    assert.doesNotThrow(() => planDatabase(url.href, {}))
    for (const service of [services['db']!, one, two]) {
      for (const volume of service.volumes) assert.ok(volume.split(':')[0]! in volumes, volume)
      for (const name of Object.keys(service.depends_on ?? {})) assert.ok(name in services, name)
    }
  })

  it('kubernetes.yaml has a deployment, a way to it and what it needs', () => {
    const [deployment, service, budget] = yaml.loadAll(read('docs/deploy/kubernetes.yaml'))
    assert.deepEqual([deployment.kind, service.kind, budget.kind], ['Deployment', 'Service', 'PodDisruptionBudget'])
    const { template, selector, replicas, strategy } = deployment.spec
    for (const labels of [selector.matchLabels, service.spec.selector, budget.spec.selector.matchLabels]) {
      assert.deepEqual(labels, template.metadata.labels)
    }
    const [container] = template.spec.containers
    assert.deepEqual(container.env.map(({ name }: { name: string }) => name).sort(), NEEDED)
    const ports = container.ports.map(({ name }: { name: string }) => name)
    assert.ok(
      ports.includes(container.readinessProbe.tcpSocket.port) && ports.includes(service.spec.ports[0].targetPort),
    )
    assert.ok(replicas > strategy.rollingUpdate.maxUnavailable && replicas > budget.spec.minAvailable)
    const made = /create secret generic (\S+) (.+)/.exec(read('docs/deploy/kubernetes.yaml'))!
    for (const { valueFrom } of container.env) {
      assert.equal(valueFrom.secretKeyRef.name, made[1])
      assert.ok(made[2]!.includes(`--from-literal=${valueFrom.secretKeyRef.key}=`))
    }
  })
})
