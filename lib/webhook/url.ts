import { invalid } from './invalid.js'

/**
 * A webhook's URL as the WHATWG URL Standard reads it (an address in any spelling becomes the usual one), without the
 * fragment, which is never sent.
 * @throws AutomationError `webhook_invalid` in words
 */
export function parseWebhookUrl(text: string): URL {
  const given = text.trim()
  if (given === '') throw invalid('The webhook has no URL. Enter the address to send to.', 'no URL')
  if (given.includes('${')) {
    throw invalid(
      'The URL contains ${…}. A URL is fixed: it cannot hold variables or secrets. Put the secret into the access token or a header.',
      'variable in the URL',
    )
  }
  const placeholder = foreignPlaceholder(given)
  if (placeholder !== null) {
    throw invalid(
      `The URL contains ${placeholder}, which only another system fills in. A URL is fixed: write it out, or type \${NAME} as the whole URL for an environment variable of Node-RED.`,
      'placeholder in the URL',
    )
  }
  const own = stillToFillIn(given)
  if (own !== null) {
    throw invalid(
      `The URL still says ${own}, which stands for something of your own. Put that in its place, or paste the whole URL that the receiver gave you.`,
      'URL not filled in',
    )
  }
  if (/[^!-~\u0080-\uffff]/.test(given)) {
    throw invalid('The URL contains a space or a line break. Write %20 for a space.', 'space in the URL')
  }
  if (!/^https?:\/\//i.test(given)) {
    throw invalid('The URL must begin with https:// or http://.', 'no http URL')
  }
  let url: URL
  try {
    url = new URL(given)
  } catch {
    throw invalid('The URL cannot be read. Check the host name and the port.', 'URL unreadable')
  }
  if (url.username !== '' || url.password !== '' || /^https?:\/\/[^/?#]*@/i.test(given)) {
    throw invalid(
      'The URL contains a user name or password (user:password@). Remove them: URLs are shown and exported. Use an access token, or a header Authorization with a secret.',
      'password in the URL',
    )
  }
  url.hash = ''
  return url
}

/**
 * What stands in the URLs of our examples, and of GitHub's, Slack's and Microsoft's pages, for something of one's own, in
 * capital letters: OWNER, REPOSITORY, YOUR-TENANT, YOUR/INCOMING/WEBHOOK.
 */
const TO_FILL_IN = /^(?:YOUR|OWNER|REPO|REPOSITORY)(?![A-Za-z0-9])/

const stillToFillIn = (url: string): string | null =>
  url.split(/[/.?#&=]/).find((part) => TO_FILL_IN.test(part)) ?? null

/**
 * {{…}}, {%…%}, {name} and @{name}, <name> and $(name), also as browsers write them when an address is copied. Braces
 * around something else are left alone: they do stand in queries.
 */
const FOREIGN = /\{\{|\{%|\{[A-Za-z_$]|<|\$\(|%7B%7B/i

/** As it stands there, up to its end or so far that one finds it. */
function foreignPlaceholder(url: string): string | null {
  const start = url.search(FOREIGN)
  if (start === -1) return null
  const rest = url.slice(start, start + 40)
  const end = rest.search(/[/?#]/)
  return end > 0 ? rest.slice(0, end) : rest
}
