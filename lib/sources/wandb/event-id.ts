import { createHash } from 'node:crypto'

/**
 * The id of an event from what makes it one, the same however often the poll that found it is repeated. 128 bits of a
 * SHA-256, so that two sources' ids never meet.
 */
export function eventId(...parts: readonly (string | number)[]): string {
  return `wandb-${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)}`
}
