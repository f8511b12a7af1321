import { AutomationError } from '../error.js'
import { isSecretName } from '../events/vocabulary.js'
import { JsonWalker } from './json-walker.js'
import { ACCESS_TOKEN } from './names.js'
import { checkSize } from './size.js'
import type { SecretSlot } from './slot.js'
import type { TemplateFormat } from './template.js'
import { write } from './write.js'

/** Gives a secret that the webhook grants, and for `ACCESS_TOKEN` its token; `undefined` when it grants none. */
export type ResolveSecret = (name: string) => string | undefined

/**
 * Puts secrets into a rendered payload: escaped inside JSON strings, as a JSON string where a value stands, as they
 * are in text, percent-encoded in a form. `$NAME` without braces is filled when there is such a secret, its dollars in
 * pairs; otherwise it stays as it is written.
 * @param slots what came with the payload; checked as in `checkSlots`, because flows can change both
 * @throws AutomationError `payload_changed`, `token_missing`, `secret_unknown`, and `payload_too_large` when the
 *   secrets make it more than 1 MiB of UTF-8
 */
export function fillSlots(text: string, slots: unknown, resolve: ResolveSecret): string {
  const pieces = filledPieces(text, slots, resolve)
  if (pieces.length === 1 && pieces[0]!.secret === undefined) return text
  const filled = pieces.map((piece) => (piece.secret === undefined ? piece.text : write(piece.secret, piece.as)))
  const whole = filled.join('')
  checkSize(whole)
  return whole
}

/** A stretch of a payload as it is sent: text as it stands, or a secret that is still to be written there. */
export type FilledPiece =
  | { readonly text: string; readonly secret?: undefined }
  | { readonly secret: string; readonly as: SecretSlot['as'] }

/**
 * The same as a list, for those who write secrets in another way; without the bound on the whole. An empty payload is
 * one empty piece.
 * @throws AutomationError as `fillSlots`
 */
export function filledPieces(text: string, slots: unknown, resolve: ResolveSecret): FilledPiece[] {
  const pieces: FilledPiece[] = []
  let at = 0
  for (const slot of checkSlots(text, slots)) {
    if (slot.offset > at) pieces.push({ text: text.slice(at, slot.offset) })
    pieces.push(...fill(slot, resolve))
    at = slot.offset + slot.text.length
  }
  if (at < text.length || pieces.length === 0) pieces.push({ text: text.slice(at) })
  return pieces
}

/**
 * Proves that secrets still fit a payload. Between template and sender a flow can put anything into a message, so
 * nothing about the slots is taken for granted: each has to be well formed, in order, with its own text at its offset,
 * and where the template made JSON the payload has to be JSON still, with every slot inside a string or in the place
 * of a value as it was.
 * @param text the payload; `null` when it is no text
 * @param slots absent when there was no template
 * @returns the slots, with nothing else in them
 * @throws AutomationError `payload_changed`
 */
export function checkSlots(text: string | null, slots: unknown): readonly SecretSlot[] {
  if (slots === undefined || slots === null) return []
  if (!Array.isArray(slots)) throw changed()
  if (slots.length === 0) return []
  if (text === null) throw changed()
  const checked: SecretSlot[] = []
  let end = 0
  for (const candidate of slots as readonly unknown[]) {
    const slot = readSecretSlot(candidate)
    if (!slot) throw changed()
    if (slot.offset < end || !text.startsWith(slot.text, slot.offset)) throw changed(slot)
    if (formatOf(slot) !== formatOf(checked[0] ?? slot)) throw changed(slot)
    end = slot.offset + slot.text.length
    checked.push(slot)
  }
  if (formatOf(checked[0]!) === 'json') checkPlaces(text, checked)
  return checked
}

function formatOf({ as }: SecretSlot): TemplateFormat {
  if (as === 'raw') return 'text'
  return as === 'form' ? 'form' : 'json'
}

/** Each slot has to stand where its value can, in a text that is JSON around the slots. */
function checkPlaces(text: string, slots: readonly SecretSlot[]): void {
  const walker = new JsonWalker()
  let at = 0
  for (const slot of slots) {
    if (walker.text(text.slice(at, slot.offset), at) || walker.hole() !== slot.as) throw changed(slot)
    at = slot.offset + slot.text.length
  }
  if (walker.text(text.slice(at), at) || walker.end() !== null) throw changed(slots.at(-1))
}

const BRACED = /^\$\{[ \t]*([A-Za-z_][A-Za-z0-9_]*)[ \t]*\}$/
const BARE = /^\$+([A-Za-z_][A-Za-z0-9_]*)$/

const isBraced = ({ text }: SecretSlot): boolean => BRACED.test(text)

/** A slot as a template can have written it. */
function readSecretSlot(candidate: unknown): SecretSlot | null {
  if (typeof candidate !== 'object' || candidate === null) return null
  const { name, offset, text, as } = candidate as Readonly<Record<string, unknown>>
  if (typeof name !== 'string' || typeof text !== 'string') return null
  if (typeof offset !== 'number' || !Number.isSafeInteger(offset)) return null
  if (as !== 'json-text' && as !== 'json-value' && as !== 'raw' && as !== 'form') return null
  if (BRACED.exec(text)?.[1] === name)
    return name === ACCESS_TOKEN || isSecretName(name) ? { name, offset, text, as } : null
  return BARE.exec(text)?.[1] === name && isSecretName(name) && as !== 'json-value' ? { name, offset, text, as } : null
}

function fill(slot: SecretSlot, resolve: ResolveSecret): FilledPiece[] {
  const value = resolve(slot.name)
  if (isBraced(slot)) {
    if (value === undefined) throw slot.name === ACCESS_TOKEN ? tokenMissing() : secretUnknown(slot.name)
    return [{ secret: value, as: slot.as }]
  }
  if (value === undefined) return [{ text: slot.text }]
  const dollars = slot.text.length - slot.name.length
  const literal = '$'.repeat(dollars >> 1)
  if (dollars % 2 === 0) return [{ text: literal + slot.name }]
  return literal === '' ? [{ secret: value, as: slot.as }] : [{ text: literal }, { secret: value, as: slot.as }]
}

function changed(slot?: SecretSlot): AutomationError {
  const which = slot ? `the secret ${slot.name}` : 'its secrets'
  return new AutomationError(
    'payload_changed',
    `The payload was changed after its template, so that ${which} would land in the wrong place; nothing is sent. Change the event before the template, or the template itself.`,
  )
}

function tokenMissing(): AutomationError {
  const message = 'The payload uses ${ACCESS_TOKEN}, and the webhook has no access token. Choose one in the webhook.'
  return new AutomationError('token_missing', message)
}

function secretUnknown(name: string): AutomationError {
  const message = `The payload uses \${${name}}, and the webhook grants no secret of this name. Add the secret ${name} to the webhook, or correct the template.`
  return new AutomationError('secret_unknown', message, { statusText: `no secret ${name}`.slice(0, 30) })
}
