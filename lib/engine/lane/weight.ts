/** What is heavier counts as the heaviest event there can be, and is not looked at to its end. */
const LOOKED_AT_BYTES = 256 * 1024
const HEAVIEST_BYTES = 2 * 1024 * 1024
/** Of a value besides its characters, about: a slot, a number, an object's header. */
const VALUE_BYTES = 16

/** About how many bytes of memory a JSON value takes: good enough to keep a sum of many below a bound. */
export function weightOf(value: unknown): number {
  const weight = add(0, value)
  return weight > LOOKED_AT_BYTES ? HEAVIEST_BYTES : weight
}

function add(sum: number, value: unknown): number {
  if (sum > LOOKED_AT_BYTES) return sum
  if (typeof value === 'string') return sum + VALUE_BYTES + value.length
  if (typeof value !== 'object' || value === null) return sum + VALUE_BYTES
  let total = sum + VALUE_BYTES
  for (const name in value) total = add(total + VALUE_BYTES, (value as Record<string, unknown>)[name])
  return total
}
