import { isObject } from '../../json.js'
import type { AnswerError } from './offers.js'

/** W&B's backends write errors as `{errors: [{message, path}]}`, `{errors: [text]}`, `{error: text}` and `{error: {message}}`. */
export function errorsOf(body: Readonly<Record<string, unknown>>): AnswerError[] {
  const { errors, error } = body
  const all: unknown[] = [
    ...(Array.isArray(errors) ? errors : []),
    ...(error === undefined || error === null ? [] : [error]),
  ]
  return all.map((each) => {
    if (!isObject(each)) return { message: String(each), path: [] }
    const { message, path } = each
    const isStep = (step: unknown): step is string | number => typeof step === 'string' || typeof step === 'number'
    return {
      message: typeof message === 'string' ? message : JSON.stringify(each),
      path: Array.isArray(path) ? path.filter(isStep) : [],
    }
  })
}

/**
 * Where an error left a hole in the data: the beginning of its path up to what is null, since an error takes away what
 * it is about and whatever cannot be without that. Null when everything on its path is there.
 */
export function holeOf(data: unknown, path: AnswerError['path']): AnswerError['path'] | null {
  let value = data
  for (const [depth, step] of path.entries()) {
    if (typeof value !== 'object' || value === null) return null
    value = (value as Readonly<Record<string | number, unknown>>)[step]
    if (value === null || value === undefined) return path.slice(0, depth + 1)
  }
  return null
}

/** One of several: a place in a list, or an alias with a number, as documents have that ask about many things at once. */
const isNumbered = (step: string | number) => typeof step === 'number' || /^[a-z]+\d+$/i.test(step)

/** Whether a hole is one item (or a part of one) of many, without which the rest is of use. */
export const isOfItem = (hole: AnswerError['path']): boolean => hole.some(isNumbered)

/** `watched.head.edges[3].node` */
export const pathText = (path: AnswerError['path']): string =>
  path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`),
    '',
  )
