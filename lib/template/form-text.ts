/** The media type of what this makes. */
export const FORM = 'application/x-www-form-urlencoded'

/** What may stand in a form as it is, because it is part of its layout or encoded already. */
const LAYOUT = /[^A-Za-z0-9\-._~!$&'()*+,;=:@/?%]+/g

/** A value inside a form, as the WHATWG URL Standard serializes it: percent-encoded UTF-8, a space as `+`. */
export function formText(value: string): string {
  return new URLSearchParams([['', value]]).toString().slice(1)
}

/** The other way round. */
export function formValue(text: string): string {
  return new URLSearchParams(`=${text}`).get('') ?? ''
}

/**
 * A template's own text inside a form. Ampersands, equals signs and what is percent-encoded stay; what no form can hold
 * is encoded. Line breaks, with the blanks around them, are layout: each field may stand on a line of its own.
 */
export function formLayout(text: string): string {
  const lines = text.split(/\r\n?|\n/)
  const joined = lines.map((line, index) => trimBlanks(line, index > 0, index < lines.length - 1)).join('')
  return joined.replace(LAYOUT, (other) => formText(other))
}

/** Not by a pattern, which would take quadratic time for the end. */
function trimBlanks(line: string, atStart: boolean, atEnd: boolean): string {
  let start = 0
  let end = line.length
  while (atStart && start < end && isBlank(line[start])) start += 1
  while (atEnd && end > start && isBlank(line[end - 1])) end -= 1
  return line.slice(start, end)
}

const isBlank = (char: string | undefined): boolean => char === ' ' || char === '\t'
