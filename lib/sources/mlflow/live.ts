import type { LiveKind, Registry } from '../kind.js'
import { RegistryPoller } from '../watch/poller.js'
import { connectRest } from '../watch/rest.js'
import { checkFullScan } from '../watch/settings.js'
import { authorization, MlflowApi } from './api.js'
import { exploreModels } from './explore.js'
import { checkMlflowSettings } from './settings.js'
import { UnityApi } from './unity-api.js'
import { UnityWatch } from './unity-watch.js'
import { MlflowWatch } from './watch.js'

/** MLflow: its model registry, looked at through REST. */
export const live: LiveKind = {
  connect(settings, network): Registry {
    const { baseUrl, interval, entity, project, isUnityCatalog } = checkMlflowSettings(settings)
    // without a wish for less, one full look begins when the last one has ended: it costs a page every other poll
    const { fullScanHours } = network
    const fullLookEvery = fullScanHours === undefined ? 0 : checkFullScan(fullScanHours)
    const { client, close } = connectRest({ title: 'MLflow', baseUrl, authorization }, network)
    const api = new MlflowApi(client)
    const catalog = new UnityApi(client)
    const place = {
      server: `${baseUrl}${isUnityCatalog ? '/unity-catalog' : ''} ${entity}/${project}`,
      entity,
      project,
    }
    return {
      watch(options) {
        const looks = isUnityCatalog
          ? new UnityWatch({ api: catalog, ...place })
          : new MlflowWatch({ api, ...place, fullLookEvery, now: options.now })
        return new RegistryPoller(looks, { ...options, interval })
      },
      async explore(_place, signal) {
        if (isUnityCatalog) {
          return exploreModels(place, 'Unity Catalog', (token, asking) => catalog.models(token, asking), signal)
        }
        const version = await api.version(signal)
        return exploreModels(place, version, (token, asking) => api.models('name', token, asking), signal)
      },
      close,
    }
  },
}
