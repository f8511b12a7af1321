import type { Bucket } from './answers.js'

export interface Span {
  readonly fired: number
  readonly delivered: number
  readonly failed: number
  /** Of what ended, how much was delivered, in per cent; null when nothing ended. */
  readonly rate: number | null
}

/** What buckets come to together. */
export function spanOf(buckets: readonly Bucket[]): Span {
  const sum = (of: (bucket: Bucket) => number | null) => buckets.reduce((total, bucket) => total + (of(bucket) ?? 0), 0)
  const [delivered, failed] = [sum((bucket) => bucket.delivered), sum((bucket) => bucket.failed)]
  const ended = delivered + failed
  // 99.96 % is not all of it
  const rate = ended === 0 ? null : Math.floor((delivered / ended) * 1000) / 10
  return { fired: sum(({ fired }) => fired), delivered, failed, rate }
}
