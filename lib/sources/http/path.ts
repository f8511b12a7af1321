import { AutomationError } from '../../error.js'

/** What senders send as it stands: most requests are for paths like this. */
const PLAIN = /^(\/[a-z0-9\-_~][a-z0-9\-._~]*)+$/

/**
 * A path as it is compared: small letters, one spelling of each character, no empty parts and no slash at the end. So
 * Node-RED's own endpoints are found too, but for the spellings.
 */
export function canonicalPath(path: string): string {
  if (PLAIN.test(path)) return path
  const parts = path.split('/').filter((part) => part !== '')
  return `/${parts.map(canonicalPart).join('/')}`
}

function canonicalPart(part: string): string {
  try {
    // what a slash stands for when it is escaped is no end of a part
    return encodeURIComponent(decodeURIComponent(part).toLowerCase())
  } catch {
    return part
  }
}

/** Of a request's target: what stands before its query, without a host (RFC 9112, section 3.2.2). */
export function pathOfTarget(target: string): string {
  const end = target.search(/[?#]/)
  const path = end < 0 ? target : target.slice(0, end)
  return path.startsWith('/') ? path : path.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '')
}

/**
 * A source's path, checked: one that no sender could ever ask for as it is shown is refused.
 * @returns with a slash before it, as it was given otherwise
 * @throws AutomationError `source_invalid`
 */
export function checkPath(given: unknown): string {
  if (typeof given !== 'string') throw invalid('it is no text')
  const path = given.startsWith('/') ? given : `/${given}`
  if (/^\/*$/.test(path)) {
    throw invalid('it is empty, and the root belongs to pages of Node-RED. Give it a name, such as /artifact-events')
  }
  if (path.includes('${')) {
    throw invalid(
      `there is no environment variable for ${path.slice(1)}. Set it before Node-RED starts, or enter a path`,
    )
  }
  if (/[?#]/.test(path)) throw invalid('it has a ? or a #, where the path of an address ends')
  if (hasControl(path)) throw invalid('it has a backslash, a tab or a line break, which senders change')
  for (const part of path.split('/')) checkPart(part)
  return path
}

function checkPart(part: string): void {
  let decoded: string
  try {
    decoded = decodeURIComponent(part)
  } catch {
    throw invalid(`${JSON.stringify(part)} has a % that begins no character. Write %25 for a percent sign`)
  }
  if (decoded === '.' || decoded === '..') {
    throw invalid(`it has a part that is ${JSON.stringify(part)}, which senders resolve before they send`)
  }
  if (hasControl(decoded)) throw invalid(`${JSON.stringify(part)} stands for a character that is no text`)
  // a space at the end is taken away by whoever reads the address
  if (decoded !== decoded.trim()) throw invalid(`${JSON.stringify(part)} begins or ends with a space`)
}

const hasControl = (text: string): boolean =>
  [...text].some((character) => character === '\\' || character < ' ' || character === '\x7f')

const invalid = (reason: string) =>
  new AutomationError('source_invalid', `The path of the source cannot be used: ${reason}.`, {
    statusText: 'invalid path',
    details: [{ path: 'path', message: reason }],
  })
