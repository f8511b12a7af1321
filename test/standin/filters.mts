import { RE2JS } from 're2js'

export type Fields = (name: string) => unknown

/**
 * Whether a thing passes a filter in the Mongo-like language of W&B's `filters` arguments. Throws for operators and
 * fields that the server would refuse. A field may hold a list (tags, aliases): then one of its members has to pass.
 */
export function passes(filter: unknown, fields: Fields): boolean {
  if (filter === null || filter === undefined) return true
  if (typeof filter !== 'object' || Array.isArray(filter)) throw new Error(`invalid filter: ${JSON.stringify(filter)}`)
  return Object.entries(filter).every(([name, condition]) => {
    if (name === '$and') return list(condition).every((each) => passes(each, fields))
    if (name === '$or') return list(condition).some((each) => passes(each, fields))
    if (name === '$nor') return !list(condition).some((each) => passes(each, fields))
    if (name === '$not') return !passes(condition, fields)
    if (name.startsWith('$')) throw new Error(`unknown operator: ${name}`)
    const value = fields(name)
    if (value === undefined) throw new Error(`invalid filter field: ${name}`)
    return meets(value, condition)
  })
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Error('a list was expected')
  return value
}

function meets(value: unknown, condition: unknown): boolean {
  if (condition === null || typeof condition !== 'object') return holds(value, '$eq', condition)
  return Object.entries(condition).every(([operator, wanted]) => holds(value, operator, wanted))
}

function holds(value: unknown, operator: string, wanted: unknown): boolean {
  if (operator === '$ne') return !holds(value, '$eq', wanted)
  if (operator === '$nin') return !holds(value, '$in', wanted)
  if (operator === '$not') return !meets(value, wanted)
  if (Array.isArray(value)) return value.some((each) => holds(each, operator, wanted))
  switch (operator) {
    case '$eq':
      return value === wanted
    case '$in':
      return list(wanted).includes(value)
    case '$exists':
      return (value !== null) === wanted
    case '$regex':
      return typeof value === 'string' && RE2JS.compile(String(wanted)).matcher(value).find()
    case '$contains':
      return typeof value === 'string' && value.includes(String(wanted))
    case '$gt':
      return order(value, wanted) > 0
    case '$gte':
      return order(value, wanted) >= 0
    case '$lt':
      return order(value, wanted) < 0
    case '$lte':
      return order(value, wanted) <= 0
    default:
      throw new Error(`unknown operator: ${operator}`)
  }
}

function order(left: unknown, right: unknown): number {
  if (typeof left === 'number') return left - (typeof right === 'number' ? right : Date.parse(String(right)))
  return String(left) < String(right) ? -1 : Number(String(left) !== String(right))
}
