/** What HTTP itself, or whatever stands between, does something with (RFC 9110; RFC 9112), and what tells of a body. */
const TAKEN = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'cookie',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/**
 * Why no sender could show a secret in a header of this name, as the part of a sentence that follows "the header …";
 * null when one can. Runs in the editor too.
 */
export function headerNameProblem(name: unknown): string | null {
  if (typeof name !== 'string' || name === '') return 'has no name: say which, such as X-Api-Key'
  // RFC 9110, section 5.6.2: token
  if (!/^[!#$%&'*+\-.^_`|~\w]{1,256}$/.test(name)) {
    return `cannot be called ${JSON.stringify(name)}: a name has letters, digits and -, without spaces or a colon`
  }
  return TAKEN.has(name.toLowerCase()) ? `cannot be ${name}, which HTTP needs for itself` : null
}
