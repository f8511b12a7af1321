/** An object as one row of a table: what lies deeper is named by its path, lists become one text. */
export function flatRow(row: object): Record<string, string | number> {
  const flat: Record<string, string | number> = {}
  const add = (value: unknown, path: string): void => {
    if (value === null || value === undefined) return
    if (typeof value === 'number' || typeof value === 'string') flat[path] = value
    else if (Array.isArray(value))
      flat[path] = value.map((each) => (typeof each === 'object' ? JSON.stringify(each) : String(each))).join('; ')
    else if (typeof value === 'object')
      for (const [name, inner] of Object.entries(value)) add(inner, path === '' ? name : `${path}.${name}`)
    else flat[path] = String(value)
  }
  add(row, '')
  return flat
}
