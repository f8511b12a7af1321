export interface Position {
  /** From 1. */
  readonly line: number
  /** From 1, in UTF-16 units, as code editors count. */
  readonly column: number
}

const BYTE_ORDER_MARK = '\uFEFF'

/** A leading byte order mark is dropped; every offset still counts from the start of the text as it was given. */
export const textStart = (text: string): number => (text.startsWith(BYTE_ORDER_MARK) ? 1 : 0)

/** Tells the line and column of offsets. Lines end with `\n`, `\r\n` or `\r`. */
export function lineIndex(text: string): (offset: number) => Position {
  const starts = [textStart(text)]
  for (const { 0: lineBreak, index } of text.matchAll(/\r\n?|\n/g)) starts.push(index + lineBreak.length)
  return (offset) => {
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (starts[middle]! <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - starts[low]! + 1 }
  }
}
