/** Where nodes that follow each other stand: left edges and rows on the grid, with room for what is below them. */

export interface Placed {
  /** The middle, in pixels. */
  readonly x: number
  readonly y: number
}

interface Taken {
  /** Below this nothing stands in the way, in pixels. */
  readonly bottom: number
}

const GRID = 20
const LEFT = 40
const GAP = 60
const TOP = 80
/** A status stands below a node. */
const BELOW = 80

const onGrid = (pixels: number): number => Math.ceil(pixels / GRID) * GRID

/** @param widths of the nodes, from left to right */
export function layOut(widths: readonly number[], taken: readonly Taken[]): Placed[] {
  const y = taken.length === 0 ? TOP : onGrid(Math.max(...taken.map(({ bottom }) => bottom)) + BELOW)
  let left = LEFT
  return widths.map((width) => {
    const x = left + width / 2
    left = onGrid(left + width + GAP)
    return { x, y }
  })
}
