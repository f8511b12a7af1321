/**
 * The node of the workspace that runs under an id: the same one, or of an instance of a subflow the one that stands in
 * the subflow, whose id is what follows after the instance's.
 */
export function editorIdOf(id: string, isThere: (id: string) => boolean): string | null {
  if (isThere(id)) return id
  for (let at = id.indexOf('-'); at !== -1; at = id.indexOf('-', at + 1)) {
    const rest = id.slice(at + 1)
    if (isThere(rest)) return rest
  }
  return null
}
