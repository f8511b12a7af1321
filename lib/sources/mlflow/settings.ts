import { checkBaseUrl, checkInterval, type WatchedSettings } from '../watch/settings.js'

export interface MlflowSettings {
  /** Of the server, without a slash at its end. */
  readonly baseUrl: string
  /** Milliseconds. */
  readonly interval: number
  readonly entity: string
  readonly project: string
  /** Models in Unity Catalog, which Databricks has at other addresses, rather than those of the server's own registry. */
  readonly isUnityCatalog: boolean
}

/** MLflow knows no entity and no project; its events get these where the source does not say. */
export const PLACE = { entity: 'mlflow', project: 'models' }

/** What people copy along with the address: where the interface begins, its own and that of its pages. */
const BEHIND = ['/api/2.0/mlflow', '/api/2.1/unity-catalog', '/ajax-api', '/unity-catalog']

/** What stands before any of these. */
function before(text: string, ends: readonly string[]): string {
  const found = ends.map((end) => text.indexOf(end)).filter((at) => at >= 0)
  return found.length === 0 ? text : text.slice(0, Math.min(...found))
}

/**
 * An address that ends with `/unity-catalog` means the models in Unity Catalog of that workspace.
 * @throws AutomationError `source_invalid` in words
 */
export function checkMlflowSettings(
  settings: WatchedSettings & { readonly entity?: string; readonly project?: string },
): MlflowSettings {
  const interval = checkInterval(settings.interval)
  // what stands behind # is a page of MLflow's own
  const address = checkBaseUrl(before(settings.baseUrl, ['#']), 'MLflow’s own is http://localhost:5000')
  return {
    baseUrl: before(address, BEHIND),
    interval,
    entity: settings.entity?.trim() || PLACE.entity,
    project: settings.project?.trim() || PLACE.project,
    isUnityCatalog: address.includes('/unity-catalog'),
  }
}
