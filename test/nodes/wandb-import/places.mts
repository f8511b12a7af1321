import type { Company } from '../wandb.mts'

/** The sample company with the places that the definitions below are about. */
export interface Sampled extends Company {
  readonly places: ReturnType<typeof samplePlaces>
}

export function samplePlaces({ world, organization, team, second, ada }: Company) {
  const registry = world.addRegistry(organization, 'test-registry')
  const project = world.addProject(team, 'test-project')
  const collection = world.addCollection(registry, 'test-collection', 'PORTFOLIO')
  const neighbour = world.addCollection(registry, 'other-collection', 'PORTFOLIO')
  const sequence = world.addCollection(project, 'test-sequence', 'SEQUENCE')
  const logged = world.createVersion(sequence, { user: ada })
  for (const each of [collection, neighbour]) world.link(second, each, [], ada)
  world.tagCollection(collection, 'nightly')
  world.tagCollection(collection, 'daily')
  // a webhook of which W&B knows both secrets, and one that has none
  const signed = world.addWebhook(team, 'test-webhook', 'https://example.com/webhook', {
    accessTokenRef: 'MY_TOKEN',
    secretRef: 'MY_SECRET',
  })
  const plain = world.addWebhook(team, 'w', 'https://example.com/webhook')
  const withPassword = world.addWebhook(team, 'password', 'https://ada:pw@example.com/webhook')
  const slack = world.addSlack(team, 'acme', 'team-alerts-ml')
  return { registry, project, collection, neighbour, sequence, logged, signed, plain, withPassword, slack }
}
