import { quote } from '../../webhook/bash-quote.js'
import type { HttpSourceSettings } from './settings.js'

/**
 * A command for a terminal that posts a body to a source, and proves itself in the way that the source wants. It holds no
 * secret: the value is asked for at its top. Runs in the editor.
 * @param url the source's whole address
 * @param body as it is sent, without NUL
 * @param headers beside those of the proof
 */
export function postAsCurl(
  { auth, headerName }: Pick<HttpSourceSettings, 'auth' | 'headerName'>,
  url: string,
  body: string,
  headers: Readonly<Record<string, string>> = { 'Content-Type': 'application/json' },
): string {
  const proof = PROOFS[auth]?.(headerName) ?? []
  const [secret, data] = auth === 'none' ? [[], quote(body)] : [["SECRET='THE-VALUE-OF-THE-SECRET'"], '"$BODY"']
  const given = auth === 'none' ? [] : [`BODY=${quote(body)}`]
  const others = Object.entries(headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`)
  const parts = [`curl -i ${quote(url)}`, ...proof, ...others, `--data-binary ${data}`]
  return `${[...secret, ...given, parts.join(' \\\n  ')].join('\n')}\n`
}

const PROOFS: Readonly<Record<HttpSourceSettings['auth'], (headerName: string) => string[]>> = {
  none: () => [],
  bearer: () => ['-H "Authorization: Bearer $SECRET"'],
  'shared-secret': () => ['-H "X-Webhook-Secret: $SECRET"'],
  header: (name) => [`-H ${quote(`${name}: `)}"$SECRET"`],
  basic: () => ['-u "$SECRET"'],
  // docs.github.com, "Validating webhook deliveries": one of the signatures that every source knows
  signature: () => [
    '-H "X-Hub-Signature-256: sha256=$(printf %s "$BODY" | openssl dgst -sha256 -hmac "$SECRET" -r | cut -c 1-64)"',
  ],
}
