const TOKEN = /[ \t\r\n]*([[\]{}:,]|"(?:[^"\\]|\\.)*"|[^[\]{}:,"\s]+)/gy

/**
 * Reads JSON for comparisons, member by member. `JSON.parse` says whether it is JSON, but since V8 12.8 it can take an
 * escaped key for another one that begins with a backslash and was read before (nodejs/node issue 63785).
 */
export function readJson(json: string): unknown {
  JSON.parse(json)
  const tokens = [...json.matchAll(TOKEN)].map(([, token]) => token ?? '')
  let at = 0
  const value = (): unknown => {
    const token = tokens[at++] ?? ''
    if (token !== '{' && token !== '[') return JSON.parse(token)
    const members: [unknown, unknown][] = []
    for (; tokens[at] !== '}' && tokens[at] !== ']'; at += tokens[at] === ',' ? 1 : 0) {
      const key = token === '{' ? JSON.parse(tokens[at] ?? '') : members.length
      if (token === '{') at += 2
      members.push([key, value()])
    }
    at += 1
    return token === '{' ? Object.fromEntries(members) : members.map(([, item]) => item)
  }
  return value()
}
