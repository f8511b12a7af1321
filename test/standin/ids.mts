/** W&B's ids: base64 of `Type:number`. */
export const globalId = (type: string, number: number): string => Buffer.from(`${type}:${number}`).toString('base64')

/** The number in an id of this type; null when it is none. */
export function numberOf(type: string, id: string): number | null {
  const match = Buffer.from(id, 'base64')
    .toString()
    .match(/^(\w+):(\d+)$/)
  return match && match[1] === type ? Number(match[2]) : null
}
