import { isObject } from '../json.js'
import { SEARCHED_FROM, withoutLineBreak } from './judge.js'

/** A longer one that has parts is found in base64 and hex by these. */
const ENCODED_WHOLE_UP_TO = 400

/** Begins what is no secret and looks the same in every key file. */
const PEM_BORDER = '-----'

/** What is searched for on behalf of secrets: their values, and what of each is a secret by itself. */
export function partsOf(values: Iterable<string>): string[] {
  const parts = new Set<string>()
  for (const value of values) addParts(value, parts)
  return [...parts].filter((part) => part.length >= SEARCHED_FROM).sort((a, b) => b.length - a.length)
}

function addParts(given: string, parts: Set<string>): void {
  const value = withoutLineBreak(given)
  if (value.length < SEARCHED_FROM || parts.has(value)) return
  parts.add(value)
  for (const prefix of ['v1,', 'whsec_', 'Bearer ', 'Basic ', 'Token ']) {
    if (value.startsWith(prefix)) addParts(value.slice(prefix.length), parts)
  }
  if (value.includes('\n')) {
    for (const line of value.split('\n')) if (!line.startsWith(PEM_BORDER)) addParts(line.trim(), parts)
  }
  if (isStructured(value)) for (const each of leavesOf(value)) addParts(each, parts)
}

const hasParts = (value: string): boolean => value.includes('\n') || isStructured(value)

const isStructured = (value: string): boolean => value.startsWith('{') || value.startsWith('[')

/** The texts and numbers of a JSON text; none when it is no JSON. Without recursion: it may be nested as deep as it likes. */
function* leavesOf(text: string): Generator<string> {
  let open: unknown[]
  try {
    open = [JSON.parse(text)]
  } catch {
    return
  }
  while (open.length > 0) {
    const value = open.pop()
    if (typeof value === 'string') yield value
    else if (typeof value === 'number') yield String(value)
    else if (Array.isArray(value) || isObject(value)) for (const each of Object.values(value)) open.push(each)
  }
}

/**
 * How a part may stand in a text when escapes are undone: as it is, in base64 and base64url (also inside a longer
 * encoded text, as in `Basic base64(user:password)`), in hex, and as its bytes read in another encoding.
 */
export function formsOf(part: string): Set<string> {
  const forms = new Set([part, ...misread(part)])
  if (part.length > ENCODED_WHOLE_UP_TO && hasParts(part)) return forms
  // a body that is echoed whole holds it escaped
  for (const escaped of escapedIn(part)) for (const form of encoded(Buffer.from(escaped))) forms.add(form)
  return forms
}

/** As JSON (also PHP's, Python's and Go's), URLs and forms write it. */
function escapedIn(part: string): Set<string> {
  const json = JSON.stringify(part).slice(1, -1)
  const ascii = Array.from({ length: json.length }, (_, at) => {
    const unit = json.charCodeAt(at)
    return unit < 0x80 ? json[at] : `\\u${unit.toString(16).padStart(4, '0')}`
  }).join('')
  const noMarkup = json.replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026')
  const url = encodeURIComponent(Buffer.from(part).toString())
  return new Set([part, json, json.replaceAll('/', '\\/'), ascii, noMarkup, url, url.replaceAll('%20', '+')])
}

/**
 * base64 groups three bytes, so a value inside a longer text has one of three spellings; its edges mix with what
 * surrounds it.
 */
function* encoded(bytes: Buffer): Generator<string> {
  yield bytes.toString('hex')
  yield bytes.toString('hex').toUpperCase()
  for (const before of [0, 1, 2]) {
    const base64 = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    const cleanStart = before === 0 ? 0 : before + 1
    const cleanEnd = base64.length - [0, 3, 2][(before + bytes.length) % 3]!
    const own = base64.slice(cleanStart, cleanEnd)
    yield own
    yield own.replaceAll('+', '-').replaceAll('/', '_')
  }
}

const WINDOWS_1252 = new TextDecoder('windows-1252')

/** What is read when its bytes are taken for Latin-1, as headers are, or for what browsers call so. */
function misread(part: string): string[] {
  const bytes = Buffer.from(part)
  return bytes.length === part.length ? [] : [bytes.toString('latin1'), WINDOWS_1252.decode(bytes)]
}
