import type { ProxySettings } from './proxy.js'

/** What Node-RED's `proxyOptions` in settings.js may say of the environment. */
export interface ProxyOptions {
  readonly mode?: 'strict' | 'legacy'
  readonly favourUpperCase?: boolean
  readonly lowerCaseOnly?: boolean
  readonly excludeNpm?: boolean
  /** In place of the process's environment. */
  readonly env?: Environment
}

export type Environment = Readonly<Record<string, string | undefined>>

/** Finds the machine's proxy for a URL; undefined when there is none. */
export type FindProxy = (url: URL) => ProxySettings | undefined

/**
 * The proxy that the machine's environment has for a URL, found as Node-RED's own `http request` node finds it
 * (`@node-red/nodes`, `proxyHelper.js`, the same in 4.1 and 5): `npm_config_<protocol>_proxy`, `<protocol>_proxy`,
 * `npm_config_proxy` or `all_proxy`, unless `no_proxy` names the host. Each in small letters, else in capitals.
 * @param env the environment of the process
 * @returns undefined when the URL is called directly
 */
export function proxyOfEnvironment(url: URL, env: Environment, options: ProxyOptions = {}): ProxySettings | undefined {
  const mode = env['nr_proxy_mode'] || env['NR_PROXY_MODE']
  const variables = new Variables(options.env ?? env, options)
  const legacy = (mode === 'legacy' || mode === 'strict' ? mode : options.mode) === 'legacy'
  const found = legacy ? legacyProxy(url, options.env ?? env) : strictProxy(url, variables)
  return found ? { url: found, operators: true } : undefined
}

class Variables {
  readonly #env: Environment
  readonly #options: ProxyOptions

  constructor(env: Environment, options: ProxyOptions) {
    this.#env = env
    this.#options = options
  }

  /** The first of them that has a value. */
  get(...names: string[]): string {
    for (const name of names) {
      const value = this.#one(name)
      if (value) return value
    }
    return ''
  }

  #one(name: string): string | undefined {
    const { excludeNpm, lowerCaseOnly, favourUpperCase } = this.#options
    if (excludeNpm === true && name.startsWith('npm_config_')) return undefined
    const small = this.#env[name.toLowerCase()]
    if (lowerCaseOnly === true) return small
    const capital = this.#env[name.toUpperCase()]
    return favourUpperCase === true ? capital || small : small || capital
  }
}

function strictProxy(url: URL, variables: Variables): string {
  const protocol = url.protocol.slice(0, -1)
  if (isExempt(url, variables.get('npm_config_no_proxy', 'no_proxy').toLowerCase())) return ''
  const proxy = variables.get(`npm_config_${protocol}_proxy`, `${protocol}_proxy`, 'npm_config_proxy', 'all_proxy')
  return proxy === '' || proxy.includes('://') ? proxy : `${protocol}://${proxy}`
}

/** `example.com` means that host alone; `.example.com` and `*.example.com` whatever ends so; each with or without a port. */
function isExempt(url: URL, list: string): boolean {
  if (list === '*') return true
  const host = url.host.replace(/:\d*$/, '')
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
  return list.split(/[,\s]/).some((entry) => {
    const colon = entry.lastIndexOf(':')
    const withPort = colon > 0 && /^\d+$/.test(entry.slice(colon + 1))
    const name = withPort ? entry.slice(0, colon) : entry
    // port 0 is any, as none is
    if (withPort && Number(entry.slice(colon + 1)) !== 0 && Number(entry.slice(colon + 1)) !== port) return false
    if (name === '') return false
    if (!name.startsWith('.') && !name.startsWith('*')) return host === name
    return host.endsWith(name.startsWith('*') ? name.slice(1) : name)
  })
}

/** As Node-RED 3 did it: one proxy for all, capitals first, and exemptions by any part of the URL. */
function legacyProxy(url: URL, env: Environment): string {
  const proxy = env['HTTP_PROXY'] || env['http_proxy'] || ''
  const list = env['NO_PROXY'] || env['no_proxy']
  const exempt = list ? list.split(',').some((part) => url.href.includes(part.trim())) : false
  return exempt ? '' : proxy
}
