import { lengthOf } from './times.js'

const SVG = 'http://www.w3.org/2000/svg'

type Attributes = Readonly<Record<string, string | number>>

function shape(tag: string, attributes: Attributes, ...children: Element[]): SVGElement {
  const made = document.createElementNS(SVG, tag) as SVGElement
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value))
  made.append(...children)
  return made
}

/** A picture, with what it shows in words for those who do not see it. */
function picture(words: string, width: number, height: number, ...shapes: Element[]): SVGElement {
  const title = shape('title', {})
  title.textContent = words
  const box = {
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    role: 'img',
    class: 'aa-picture',
    'aria-label': words,
  }
  return shape('svg', box, title, ...shapes)
}

export interface Bar {
  readonly good: number
  readonly bad: number
}

/** Columns of what went well with what did not on top, which is hatched: it can be told apart without colours. */
export function bars(data: readonly Bar[], words: string, width: number, height: number): SVGElement {
  const most = Math.max(1, ...data.map(({ good, bad }) => good + bad))
  const step = Math.min(14, width / Math.max(1, data.length))
  const shapes = data.flatMap(({ good, bad }, index) => {
    const at = { x: index * step + step * 0.1, width: step * 0.8 }
    const [goodHeight, badHeight] = [good, bad].map((count) =>
      count === 0 ? 0 : Math.max(1.5, (count / most) * (height - 1)),
    ) as [number, number]
    return [
      ...(good > 0 ? [shape('rect', { ...at, y: height - goodHeight, height: goodHeight, class: 'aa-good' })] : []),
      ...(bad > 0
        ? [shape('rect', { ...at, y: height - goodHeight - badHeight, height: badHeight, class: 'aa-bad' })]
        : []),
    ]
  })
  const ground = shape('line', { x1: 0, x2: width, y1: height - 0.5, y2: height - 0.5, class: 'aa-ground' })
  return picture(words, width, height, ground, ...shapes)
}

export interface TimedAttempt {
  /** Unix milliseconds. */
  readonly at: number
  readonly failed: boolean
}

/** So many have room for the times between them. */
const MOST_SPANS = 8

/**
 * Attempts on a line of time, with how long it was from one to the next: dots for answers that were well, crosses for
 * failures, an empty ring for the next. Waits grow from seconds to days, so that each has the same length.
 */
export function timeLine(attempts: readonly TimedAttempt[], next: number | null, words: string): SVGElement {
  const [width, height, margin] = [270, 30, 9]
  const all = [...attempts.map(({ at }) => at), ...(next === null ? [] : [next])]
  const step = all.length === 1 ? 0 : Math.min(60, (width - 2 * margin) / (all.length - 1))
  const x = (index: number) => margin + index * step
  const marks = attempts.map(({ failed }, index) =>
    failed
      ? shape('path', { d: `M${x(index) - 4} 6l8 8m0 -8l-8 8`, class: 'aa-cross' })
      : shape('circle', { cx: x(index), cy: 10, r: 4.5, class: 'aa-good' }),
  )
  const ahead = next === null ? [] : [shape('circle', { cx: x(attempts.length), cy: 10, r: 4.5, class: 'aa-ring' })]
  const spans = all.slice(1).map((at, index) => {
    const text = shape('text', { x: x(index) + step / 2, y: 27, 'text-anchor': 'middle' })
    text.textContent = lengthOf(Math.max(0, at - (all[index] as number)))
    return text
  })
  const line = shape('line', { x1: margin, x2: x(all.length - 1), y1: 10, y2: 10, class: 'aa-ground' })
  return picture(words, width, height, line, ...marks, ...ahead, ...(spans.length > MOST_SPANS ? [] : spans))
}

/** Two lines over the same days. */
export function lines(
  series: readonly (readonly (number | null)[])[],
  words: string,
  width: number,
  height: number,
): SVGElement {
  const most = Math.max(1, ...series.flat().map((value) => value ?? 0))
  const shapes = series.map((values, index) => {
    const step = width / Math.max(1, values.length)
    const points = values.flatMap((value, at) =>
      value === null ? [] : [`${(at + 0.5) * step},${height - 3 - (value / most) * (height - 6)}`],
    )
    return points.length === 1
      ? shape('circle', {
          cx: points[0]!.split(',')[0]!,
          cy: points[0]!.split(',')[1]!,
          r: 2,
          class: `aa-line-${index}`,
        })
      : shape('polyline', { points: points.join(' '), class: `aa-line-${index}`, fill: 'none' })
  })
  const ground = shape('line', { x1: 0, x2: width, y1: height - 0.5, y2: height - 0.5, class: 'aa-ground' })
  return picture(words, width, height, ground, ...shapes)
}
