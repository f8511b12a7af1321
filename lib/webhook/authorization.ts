/** The header of a webhook that has an access token. */
export const BEARER = 'Bearer ${ACCESS_TOKEN}'

/**
 * What people copy together with a token, from an example or from a terminal. A bearer token itself has no space
 * (RFC 6750, section 2.1). Lower case; from IANA's registry of authentication schemes and from receivers' own pages.
 */
export const OTHER_SCHEMES = [
  'apikey',
  'api-key',
  'basic',
  'bot',
  'digest',
  'geniekey',
  'key',
  'splunk',
  'sso-key',
  'token',
]

const SCHEME = /^([A-Za-z-]{1,20}) +(?=[^ ])/

/**
 * The value of an `Authorization` header with one scheme in it: a token that was copied as `Bearer x` is the token x,
 * and `Token x` or `Basic x` is meant as it stands, without a `Bearer` before it.
 */
export function withOneScheme(value: string): string {
  let credentials = value
  for (;;) {
    const [before, name = ''] = SCHEME.exec(credentials) ?? []
    const scheme = name.toLowerCase()
    if (before === undefined || (scheme !== 'bearer' && !OTHER_SCHEMES.includes(scheme))) break
    if (scheme !== 'bearer') return credentials
    credentials = credentials.slice(before.length)
  }
  return credentials === value ? value : `Bearer ${credentials}`
}
