import { AutomationError } from '../error.js'
import { filledPieces } from '../template/fill.js'
import { FORM } from '../template/form-text.js'
import { escapeMarkup } from '../template/markup/escape.js'
import type { SecretSlot, ValueSlot } from '../template/slot.js'
import type { TemplateFormat } from '../template/template.js'
import { BEARER, OTHER_SCHEMES } from './authorization.js'
import { concat, type Quoted, quote, variable } from './bash-quote.js'
import { attemptHeaders } from './header-rules.js'
import { planWebhook, type WebhookPlan, type WebhookSettings } from './settings.js'
import type { SignatureScheme } from './signature-schemes.js'

export interface BashInput {
  /** As in the form, saved or not. */
  readonly settings: Partial<WebhookSettings>
  /** As rendered: secrets are still slots, and values of the event not yet escaped for the service's markup. */
  readonly payload: string
  readonly slots: readonly SecretSlot[]
  /** Of the template; by default what its slots say. */
  readonly format?: TemplateFormat
  readonly values?: readonly ValueSlot[]
  /** Names of the secrets that the webhook grants. */
  readonly granted: readonly string[]
  /** `user:password@` may be left out; none by default. */
  readonly proxy?: string
  /** The TLS configuration does not verify certificates. */
  readonly insecure?: boolean
}

/**
 * A Bash script that makes the same request with openssl and curl, byte for byte but for the time and the id: for a
 * terminal, to find out what a receiver dislikes. It holds no secret; they are pasted in, or come from the environment.
 * So does a URL that is wholly `${NAME}`, which Node-RED takes from an environment variable of its own.
 * @throws AutomationError what would keep the webhook from sending this, or `bash_impossible` for a payload with NUL,
 *   which no shell variable can hold
 */
export function bashScript({ settings, payload, granted, proxy, insecure = false, ...rendered }: BashInput): string {
  const [, urlVariable] = /^\$\{([A-Za-z_]\w*)\}$/.exec(settings.url?.trim() ?? '') ?? []
  const plan = planWebhook(urlVariable ? { ...settings, url: 'https://environment.invalid' } : settings)
  const hasToken = Boolean(settings.accessToken)
  if (payload.includes('\0')) {
    throw new AutomationError('bash_impossible', 'A payload with a NUL character cannot be put into a Bash script.')
  }
  const used = new Set<string>()
  const fill = (text: string, slots: readonly SecretSlot[], spell: (value: Quoted) => Quoted): Quoted => {
    return fillWithVariables(text, slots, spell, (name) => {
      if (name === 'ACCESS_TOKEN' ? !hasToken : !granted.includes(name)) return undefined
      used.add(name)
      return name === 'ACCESS_TOKEN' ? name : `SECRET_${name}`
    })
  }
  const { format = rendered.slots.some(({ as }) => as !== 'raw') ? 'json' : 'text', values = [] } = rendered
  const { text, slots } = escapeMarkup({ text: payload, slots: rendered.slots, format, values }, plan.service.markup)
  const spelling = SPELLINGS[format]
  const body = fill(text, slots, spelling === null ? (value) => value : (value) => `"$(${spelling.name} ${value})"`)
  const spells = spelling !== null && body.includes(`$(${spelling.name} `)
  const fixed = plan.headers.map(({ name, text, slots, usualType }) => {
    if (usualType && format === 'form') return header(name, quote(FORM))
    return header(name, text === BEARER ? variable('AUTHORIZATION') : fill(text, slots, (value) => value))
  })
  const changing = attemptHeaders(
    { id: variable('WEBHOOK_ID'), timestamp: variable('WEBHOOK_TIMESTAMP'), attempt: quote('1') },
    plan.signature && { scheme: plan.signature, value: concat([quote(plan.signature.prefix), variable('SIGNATURE')]) },
  )
  const secrets = [...used].filter((name) => name !== 'ACCESS_TOKEN').sort()

  return `${[
    '#!/usr/bin/env bash',
    '# Makes the request of the webhook with openssl and curl. Put the secrets between the quotes,',
    '# or leave them out of the file: VARIABLE=value bash this-file',
    '',
    ...(hasToken
      ? [fromEnvironment('ACCESS_TOKEN', 'the access token'), AUTHORIZATION]
      : [`ACCESS_TOKEN=''  # the webhook has none`]),
    plan.signature ? fromEnvironment('SECRET', 'the signing secret') : `SECRET=''  # the webhook does not sign`,
    ...secrets.map((name) => fromEnvironment(`SECRET_${name}`, `the secret ${name}`)),
    ...(spells ? ['', spelling.script, ''] : []),
    `PAYLOAD=${body}`,
    urlVariable
      ? fromEnvironment('API_ENDPOINT', `the URL that is in ${urlVariable}`)
      : `API_ENDPOINT=${quote(plan.url.href)}`,
    '',
    '# New for each delivery, and the same in each of its attempts',
    'WEBHOOK_ID="${WEBHOOK_ID:-test_$(openssl rand -hex 16)}"',
    'WEBHOOK_TIMESTAMP="${WEBHOOK_TIMESTAMP:-$(date +%s)}"',
    ...(plan.signature ? ['', ...signature(plan.signature)] : []),
    '',
    curl(plan, { proxy, insecure }, [...fixed, ...changing.map(([name, value]) => header(name, value))]),
  ].join('\n')}\n`
}

function fromEnvironment(name: string, what: string): string {
  return `${name}=\${${name}:-'paste ${what} here'}`
}

const anyCase = (word: string) => word.replace(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`)

/** As `withOneScheme` has it. */
const AUTHORIZATION = [
  `while [[ $ACCESS_TOKEN == ${anyCase('bearer')}\\ * ]]; do ACCESS_TOKEN="\${ACCESS_TOKEN#* }"; done`,
  'case "$ACCESS_TOKEN" in',
  `  ${OTHER_SCHEMES.map((scheme) => `${anyCase(scheme)}\\ *`).join('|')}) AUTHORIZATION="$ACCESS_TOKEN" ;;`,
  '  *) AUTHORIZATION="Bearer $ACCESS_TOKEN" ;;',
  'esac',
].join('\n')

function header(name: string, value: Quoted): string {
  // curl takes "Name:" as "do not send it", and "Name;" as empty
  return value === quote('') ? quote(`${name};`) : concat([quote(`${name}: `), value])
}

/** As JSON.stringify escapes: a value as it stands inside a JSON string. */
const JSON_TEXT = String.raw`# A value as it stands inside a JSON string
json_text() {
  local text=$1 slash='\' short=$'\b\f\n\r\t' letters=bfnrt code character i
  text=\${text//"$slash"/"$slash$slash"}
  text=\${text//'"'/"$slash"'"'}
  for i in 0 1 2 3 4; do
    text=\${text//"\${short:i:1}"/"$slash\${letters:i:1}"}
  done
  for i in {1..31}; do
    printf -v code '%02x' "$i"
    printf -v character "\x$code"
    text=\${text//"$character"/"\${slash}u00$code"}
  done
  printf '%s' "$text"
}`.replaceAll('\\$', '$')

/** As the WHATWG URL Standard serializes a form's values, byte by byte. */
const FORM_TEXT = String.raw`# A value as it stands in a form
form_text() {
  local LC_ALL=C text=$1 character i
  for ((i = 0; i < \${#text}; i++)); do
    character=\${text:i:1}
    case "$character" in
      [A-Za-z0-9*._-]) printf '%s' "$character" ;;
      ' ') printf '+' ;;
      *) printf '%%%02X' "'$character" ;;
    esac
  done
}`.replaceAll('\\$', '$')

/** How a secret is written into a payload of each format. */
const SPELLINGS: Readonly<Record<TemplateFormat, { readonly name: string; readonly script: string } | null>> = {
  json: { name: 'json_text', script: JSON_TEXT },
  form: { name: 'form_text', script: FORM_TEXT },
  text: null,
}

const TO_HEX = `od -An -v -tx1 | tr -d ' \\n'`

function signature({ over, encoding }: SignatureScheme): string[] {
  const encode = encoding === 'hex' ? TO_HEX : 'openssl base64 -A'
  if (over === 'body') {
    return [
      '# HMAC-SHA256 of the payload',
      `SIGNATURE="$(printf '%s' "$PAYLOAD" | openssl dgst -sha256 -hmac "$SECRET" -binary | ${encode})"`,
    ]
  }
  return [
    '# HMAC-SHA256 of id, timestamp and payload (Standard Webhooks); after whsec_ the key is in base64',
    'case "$SECRET" in',
    `  whsec_*|v1,whsec_*) KEY="$(printf '%s' "\${SECRET#*whsec_}" | openssl base64 -d -A | ${TO_HEX})" ;;`,
    `  *) KEY="$(printf '%s' "$SECRET" | ${TO_HEX})" ;;`,
    'esac',
    `SIGNATURE="$(printf '%s' "$WEBHOOK_ID.$WEBHOOK_TIMESTAMP.$PAYLOAD" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" -binary | ${encode})"`,
  ]
}

/** The settings of the person's curl, its own headers and redirects are kept out. */
function curl(
  plan: WebhookPlan,
  { proxy, insecure }: { proxy: string | undefined; insecure: boolean },
  headers: readonly string[],
): string {
  const options = [
    `--include --silent --show-error --http1.1 --globoff --max-time ${plan.timeoutMs / 1000}`,
    proxy === undefined ? "--noproxy '*'" : `--proxy ${quote(proxy)}`,
    ...(insecure ? ['--insecure'] : []),
    `--request ${plan.method} --url "$API_ENDPOINT"`,
    "--header 'Accept:' --header 'Expect:' --header 'Connection: keep-alive'",
    ...headers.map((header) => `--header ${header}`),
    '--data-binary @-',
  ]
  return `printf '%s' "$PAYLOAD" | curl --disable \\\n  ${options.join(' \\\n  ')}`
}

/** Quotes a text for Bash with variables where its slots are, decided by the same code that fills in real values. */
function fillWithVariables(
  text: string,
  slots: readonly SecretSlot[],
  spell: (value: Quoted) => Quoted,
  variableOf: (name: string) => string | undefined,
): Quoted {
  return concat(
    filledPieces(text, slots, variableOf).flatMap((piece) => {
      if (piece.secret === undefined) return [quote(piece.text)]
      const value = spell(variable(piece.secret))
      return piece.as === 'json-value' ? [quote('"'), value, quote('"')] : [value]
    }),
  )
}
