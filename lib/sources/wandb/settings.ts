import { checkBaseUrl, checkInterval, hostOf, invalid, type WatchedSettings } from '../watch/settings.js'

/**
 * The base URL as it is asked, without a slash at its end, and the interval in milliseconds.
 * @throws AutomationError `source_invalid` in words
 */
export function checkWandbSettings({ baseUrl, interval }: WatchedSettings): { baseUrl: string; interval: number } {
  const polled = checkInterval(interval)
  const address = checkBaseUrl(baseUrl, 'W&B’s own is https://api.wandb.ai')
  if (['wandb.ai', 'www.wandb.ai'].includes(hostOf(address))) {
    throw invalid('baseUrl', 'wandb.ai is for people; programs ask https://api.wandb.ai')
  }
  return { baseUrl: address.replace(/\/graphql$/, ''), interval: polled }
}
