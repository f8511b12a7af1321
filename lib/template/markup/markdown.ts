import type { Dialect, DialectWriter } from './dialect.js'

/** What acts anywhere in a line (CommonMark 0.31 and its usual extensions). */
const ANYWHERE = /[\\`*_[\]~|<]|&(?=#?[A-Za-z0-9]{1,32};)|!(?=\[|$)/g

/** What acts at the beginning of a line, after its blanks: headings, lists, quotes, rules, underlines, tables' second lines. */
const AT_START = /^([ \t]*)([#>+=.):-]|[0-9]{1,9}(?=[.)]))/

/** What a line may have before its first word, and its first word still begins it. */
const STILL_STARTS = /^[ \t>*+#0-9.):-]*$/

/** An address ends at blanks and brackets, and can hold all of them percent-encoded. */
const NOT_IN_ADDRESS = /[\s()<>[\]\\`|"]/g

/**
 * Markdown as Teams' cards read it (Microsoft, "Format cards in Teams": Adaptive Cards by markdown-it without HTML,
 * connector cards with a little HTML), and Slack's markdown blocks.
 */
export const MARKDOWN: Dialect = { begin: () => new MarkdownWriter() }

/** Knows of the template's own text whether a slot begins a line, or stands in a link's address or in code. */
class MarkdownWriter implements DialectWriter {
  #atStart = true
  #inAddress = false
  #inCode = false

  literal(text: string): void {
    if (text === '') return
    for (const [mark] of text.matchAll(/\]\(|\)|`+|[\r\n]/g)) {
      if (mark === '](') this.#inAddress = true
      else if (mark === ')') this.#inAddress = false
      else if (mark.startsWith('`')) this.#inCode = !this.#inCode
      else this.#inAddress = false
    }
    this.#pass(text)
  }

  data(text: string): string {
    if (text === '') return ''
    const written = this.#write(text)
    this.#pass(text)
    return written
  }

  #write(text: string): string {
    if (this.#inAddress) return percentEncoded(text)
    // no backslash acts in code, and nothing but a backtick ends it
    if (this.#inCode) return text.replaceAll('`', 'ˋ')
    return text
      .split(/(\r\n?|\n)/)
      .map((line, index) => {
        const isBreak = index % 2 === 1
        if (isBreak) return line
        return index > 0 || this.#atStart ? escapeStart(line) : escapeInline(line)
      })
      .join('')
  }

  #pass(text: string): void {
    const lineBreak = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r'))
    if (lineBreak !== -1) this.#atStart = true
    this.#atStart &&= STILL_STARTS.test(text.slice(lineBreak + 1))
  }
}

/** Parentheses too, which encodeURIComponent leaves. */
function percentEncoded(text: string): string {
  return text.replace(NOT_IN_ADDRESS, (char) => {
    const encoded = encodeURIComponent(char)
    return encoded === char ? `%${char.charCodeAt(0).toString(16)}` : encoded
  })
}

function escapeStart(line: string): string {
  const [all, blanks = '', sign = ''] = AT_START.exec(line) ?? []
  if (all === undefined) return escapeInline(line)
  const rest = line.slice(all.length)
  // of a number it is the dot that makes a list
  if (/[0-9]/.test(sign)) return `${blanks}${sign}\\${rest[0]}${escapeInline(rest.slice(1))}`
  return `${blanks}${sign === '>' ? '&gt;' : `\\${sign}`}${escapeInline(rest)}`
}

function escapeInline(text: string): string {
  return text.replace(ANYWHERE, (char) => {
    if (char === '<') return '&lt;'
    return char === '&' ? '&amp;' : `\\${char}`
  })
}
