/** What a list is asked for; what is empty or absent is not. */
export type Wish = Readonly<Record<string, string | undefined>>

export const wished = (wish: Wish): Record<string, string> =>
  Object.fromEntries(Object.entries(wish).filter((entry): entry is [string, string] => Boolean(entry[1])))

/** The path of a call with its query. */
export function pathOf(path: string, wish: Wish): string {
  const query = new URLSearchParams(wished(wish)).toString()
  return query === '' ? path : `${path}?${query}`
}
