import type { LiveKind, Registry } from '../kind.js'
import { RegistryPoller } from '../watch/poller.js'
import { connectRest } from '../watch/rest.js'
import { Skips } from '../watch/skips.js'
import { authorization, HubApi, TYPES } from './api.js'
import { checkHubSettings } from './settings.js'
import { HubWatch } from './watch.js'

/** The Hugging Face Hub, or a server that is compatible with it. */
export const live: LiveKind = {
  connect(settings, network): Registry {
    const { baseUrl, interval, project } = checkHubSettings(settings)
    const { client, close } = connectRest({ title: 'Hugging Face', baseUrl, authorization }, network)
    const api = new HubApi(client)
    return {
      watch: (options) =>
        new RegistryPoller(new HubWatch({ api, baseUrl, project, interval }), { ...options, interval }),
      async explore({ entity }, signal) {
        const skips = new Skips()
        const who = await api.whoami(signal)
        const owners = entity !== '' ? [entity] : who ? [who.name, ...who.organizations] : []
        const collections: string[] = []
        for (const owner of owners.slice(0, 5)) {
          for (const type of TYPES) {
            const { items } = await api.repos(owner, type, null, { signal, onSkip: skips.note })
            collections.push(...items.map(({ name }) => name))
          }
        }
        return {
          username: who?.name ?? '',
          server: who ? `Hugging Face, as ${who.name},` : 'Hugging Face',
          organizations: [],
          entities: owners.map((name) => ({ name })),
          projects: owners.map((owner) => ({ entity: owner, name: project })),
          registries: [],
          collections: collections.sort(),
          unseen: Math.max(0, owners.length - 5),
          skipped: skips.all,
        }
      },
      close,
    }
  },
}
