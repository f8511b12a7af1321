import { checkBaseUrl, checkInterval, type WatchedSettings } from '../watch/settings.js'

export interface HubSettings {
  /** Of the Hub, without a slash at its end. */
  readonly baseUrl: string
  /** Milliseconds. */
  readonly interval: number
  /** The Hub knows no project; its events get this one. */
  readonly project: string
}

/** What a source has there that says nothing. */
export const USUAL = { baseUrl: 'https://huggingface.co', project: 'hub' }

/** A source that was made for another kind, and never told otherwise. */
const OF_ANOTHER = ['', 'https://api.wandb.ai']

/** @throws AutomationError `source_invalid` in words */
export function checkHubSettings(settings: WatchedSettings & { readonly project?: string }): HubSettings {
  const interval = checkInterval(settings.interval)
  const given = OF_ANOTHER.includes(settings.baseUrl.trim()) ? USUAL.baseUrl : settings.baseUrl
  return {
    baseUrl: checkBaseUrl(given, 'the Hub’s own is https://huggingface.co'),
    interval,
    project: settings.project?.trim() || USUAL.project,
  }
}
