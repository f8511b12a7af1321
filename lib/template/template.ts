import type { ArtifactEvent } from '../events/event.js'
import type { SecretSlot } from './slot.js'

export const TEMPLATE_FORMATS = ['json', 'text', 'form'] as const

/**
 * `json`: what is rendered is valid JSON, whatever the event holds. `text`: nothing is escaped. `form`: what is rendered
 * is `application/x-www-form-urlencoded`, with the fields that the template has and no others.
 */
export type TemplateFormat = (typeof TEMPLATE_FORMATS)[number]

/** `blank`: what the event does not have becomes empty text, or `null` outside quotes. `error`: rendering fails. */
export type MissingPolicy = 'blank' | 'error'

/** What a template is filled with. */
export interface TemplateData {
  readonly event: ArtifactEvent
  /** The name of the automation that the event went through; empty when it has none. */
  readonly automationName: string
}

/**
 * What a name means: `variable` (the vocabulary, `automation_name`, `event_json`), `metadata` (`artifact_metadata.KEY`),
 * `event` (`event.NAME`), `token` (`ACCESS_TOKEN`), `secret` (any other identifier), `bare-secret` (`$NAME` without
 * braces, which stays as it is written when the webhook grants no such secret).
 */
export type NameKind = 'variable' | 'metadata' | 'event' | 'token' | 'secret' | 'bare-secret'

/** A name that a template uses, at one of its places. */
export interface TemplateName {
  /** As in `artifact_metadata.accuracy`: without the braces and the spaces around it. */
  readonly name: string
  readonly kind: NameKind
  /** In UTF-16 units from the start of the template's text: where the slot begins, with its `$`. */
  readonly offset: number
  /** In UTF-16 units: the whole slot. */
  readonly length: number
  /** From 1. */
  readonly line: number
  /** From 1, in UTF-16 units, as code editors count. */
  readonly column: number
}

/** Where the event's value goes. */
export interface VariablePart {
  readonly kind: 'variable'
  readonly name: string
  readonly as: SecretSlot['as']
  /** The value as the event has it; `undefined` when it has none. */
  readonly read: (data: TemplateData) => unknown
}

/** Where a secret's value goes, at the moment of sending. */
export interface SecretPart {
  readonly kind: 'secret'
  readonly name: string
  readonly as: SecretSlot['as']
  /** As the template wrote it. */
  readonly text: string
}

/** A parsed template. Made by `parseTemplate`, so it cannot be wrong; it never changes. */
export interface Template {
  readonly format: TemplateFormat
  /** Every use of a name, in the order of the text. */
  readonly names: readonly TemplateName[]
  /** What is rendered, in order; text is copied as it is. */
  readonly parts: readonly (string | VariablePart | SecretPart)[]
}
