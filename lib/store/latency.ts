/** Below so many milliseconds each has a bucket of its own, … */
const EXACT = 128
/** … and from there on each doubling has so many: a value is known to 1.6 %. */
const PER_OCTAVE = EXACT / 2

/** The bucket of a duration, in whole milliseconds; what is no duration counts as none. */
export function latencyBucket(ms: number): number {
  const whole = Number.isFinite(ms) ? Math.max(0, Math.round(ms)) : 0
  if (whole < EXACT) return whole
  const octave = Math.floor(Math.log2(whole / EXACT))
  return EXACT + octave * PER_OCTAVE + Math.floor(whole / 2 ** (octave + 1)) - PER_OCTAVE
}

/** The duration that stands for a bucket: its middle, in milliseconds. */
function durationOf(bucket: number): number {
  if (bucket < EXACT) return bucket
  const octave = Math.floor((bucket - EXACT) / PER_OCTAVE)
  const width = 2 ** (octave + 1)
  return (PER_OCTAVE + ((bucket - EXACT) % PER_OCTAVE)) * width + width / 2
}

/**
 * A percentile by nearest rank, in milliseconds; null when nothing was counted.
 * @param counts how many durations each bucket has
 * @param share of the durations that are not longer, from 0 to 1
 */
export function percentile(counts: ReadonlyMap<number, number>, share: number): number | null {
  const buckets = [...counts].sort(([a], [b]) => a - b)
  const total = buckets.reduce((sum, [, count]) => sum + count, 0)
  let left = Math.max(1, Math.ceil(total * share))
  for (const [bucket, count] of buckets) {
    left -= count
    if (left <= 0) return durationOf(bucket)
  }
  return null
}
