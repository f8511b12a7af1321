import Mustache from 'mustache'
import { isSecretName, isVocabularyName, TEMPLATE_ONLY_NAMES } from '../events/vocabulary.js'
import { quoted } from './quoted.js'
import type { NameKind } from './template.js'

export const ACCESS_TOKEN = 'ACCESS_TOKEN'
export const METADATA_PREFIX = 'artifact_metadata.'
export const EVENT_PREFIX = 'event.'

export type SlotName =
  | { readonly kind: Exclude<NameKind, 'bare-secret'>; readonly name: string }
  | { readonly kind: 'refused'; readonly message: string }

const SECTIONS = 'Mustache’s sections, conditions and loops are not known here'
const MUSTACHE_TAGS: Readonly<Record<string, string>> = {
  '#': SECTIONS,
  '/': SECTIONS,
  '^': SECTIONS,
  '>': 'Mustache’s partials are not known here',
  '!': 'Mustache’s comments are not known here',
  '&': 'Mustache’s & is not needed: values are escaped as JSON needs it, and not at all in text',
  '{': 'A slot has one pair of braces',
  '=': 'Mustache’s delimiters cannot be changed here',
}

const A_NAME = 'a variable, artifact_metadata.KEY, event.NAME, ACCESS_TOKEN or the name of a secret'

/**
 * Reads one slot, from its `$` to its `}`. Mustache's parser decides whether it holds a name at all; spaces and tabs
 * around the name do not count.
 */
export function readSlot(slot: string): SlotName {
  const inside = slot.slice(2, -1)
  if (/[\r\n\u2028\u2029]/.test(inside)) {
    return refuse(inside.includes('${') ? UNCLOSED : 'A slot may not hold a line break; write the name on one line.')
  }
  const name = trimBlanks(inside)
  if (name === '') return refuse(`There is no name between the braces; write ${A_NAME}.`)
  const sigil = MUSTACHE_TAGS[name.trim().charAt(0)]
  if (sigil !== undefined) return refuse(`${sigil}; write ${A_NAME}.`)
  if (name.includes('${')) return refuse(UNCLOSED)
  if (!isMustacheName(name)) return refuse(notAName(name))

  if (name === ACCESS_TOKEN) return { kind: 'token', name }
  if (isVocabularyName(name) || isTemplateOnly(name)) return { kind: 'variable', name }
  if (name.startsWith(METADATA_PREFIX) && name !== METADATA_PREFIX) return { kind: 'metadata', name }
  if (name.startsWith(EVENT_PREFIX) && name !== EVENT_PREFIX) return { kind: 'event', name }
  if (isSecretName(name)) return { kind: 'secret', name }
  if (name === 'event')
    return refuse('Write ${event_json} for the whole event, or ${event.NAME} for one of its fields.')
  if (name === METADATA_PREFIX) return refuse('The key after artifact_metadata. is missing.')
  if (name === EVENT_PREFIX) return refuse('The field after event. is missing.')
  return refuse(notAName(name))
}

const UNCLOSED = 'This slot is not closed before the next one begins: its } is missing.'

const refuse = (message: string): SlotName => ({ kind: 'refused', message })

const isTemplateOnly = (name: string): boolean => (TEMPLATE_ONLY_NAMES as readonly string[]).includes(name)

const notAName = (name: string): string =>
  `${quoted(name)} is no name; write ${A_NAME} (letters, digits and underscores).`

/** Without the spaces and tabs at both ends. Not by a pattern, which would take quadratic time for the end. */
function trimBlanks(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text[start])) start += 1
  while (end > start && isBlank(text[end - 1])) end -= 1
  return text.slice(start, end)
}

const isBlank = (char: string | undefined): boolean => char === ' ' || char === '\t'

/**
 * Asks a new writer each time, because one keeps everything that it ever parsed. Runs of spaces are made short before,
 * for which Mustache's parser takes quadratic time, and it trims what is a space in Unicode but to us part of a key.
 */
function isMustacheName(name: string): boolean {
  const short = name.replace(/\s+/g, ' ')
  const slot = `\${${short}}`
  const tokens: unknown = new Mustache.Writer().parse(slot, ['${', '}'])
  const [token, ...others] = tokens as [string, string, number, number][]
  return others.length === 0 && token?.[0] === 'name' && token[1] === short.trim() && token[3] === slot.length
}
