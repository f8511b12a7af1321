const PLAIN_URL =
  /^https?:\/\/(?:127\.0\.0\.1|[a-z][a-z0-9]*(?:[.-][a-z][a-z0-9]*)*)(?::\d{1,4})?(?:\/[\w.~-]*)*(?:\?[\w=&.~-]*)?$/

/**
 * Whether a URL is certainly right, without the code that would say so: what `parseWebhookUrl` accepts too. Those that
 * people write are; of all others nothing is known.
 */
export const isPlainUrl = (url: unknown): boolean =>
  typeof url === 'string' && url.length < 1000 && PLAIN_URL.test(url) && !/YOUR|OWNER|REPO/.test(url)
