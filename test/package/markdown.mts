/** What the tests read from a page of documentation. Knows as much of Markdown as the pages use. */

export interface Fence {
  readonly language: string
  readonly text: string
}

const FENCE = /^```(\w*)\n(.*?)^```$/gms

export function fences(page: string, language?: string): Fence[] {
  return [...page.matchAll(FENCE)]
    .map(([, name, text]) => ({ language: name ?? '', text: text ?? '' }))
    .filter((fence) => language === undefined || fence.language === language)
}

/** The rows of the table under a heading whose header line begins with `firstHeader`; cells without their outer blanks. */
export function rows(page: string, heading: string, firstHeader: string): string[][] {
  const section = page.split(/^(?=#+ )/m).find((part) => part.replace(/^#+ /, '').startsWith(`${heading}\n`))
  if (section === undefined) throw new Error(`There is no heading "${heading}".`)
  const lines = section.split('\n')
  const start = lines.findIndex((line) => line.startsWith(`| ${firstHeader} |`))
  if (start < 0) throw new Error(`Under "${heading}" there is no table that begins with "${firstHeader}".`)
  const table = lines.slice(start + 2)
  const end = table.findIndex((line) => !line.startsWith('|'))
  return table.slice(0, end < 0 ? undefined : end).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  )
}

/** A cell's text without the backticks around it. */
export const code = (cell: string | undefined): string => (cell ?? '').replace(/^`|`$/g, '')

/** Targets of links and images, outside code. */
export function links(page: string): string[] {
  const prose = page.replace(FENCE, '').replace(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? '')
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchors(page: string): string[] {
  return [...page.replace(FENCE, '').matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    (title ?? '')
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .trim()
      .replaceAll(' ', '-'),
  )
}

/** URL path and body of every `curl` that posts to a source; a body that is signed stands in BODY before it. */
export function postedEvents(text: string): { path: string; body: unknown }[] {
  const posts =
    /(?:^BODY='(.*)'\n)?^curl [^\n]*localhost:1880(\/artifact-events\S*) \\\n(?:.*\\\n)*? {2}-d (?:'(.*)'|"\$BODY")$/gm
  return [...text.matchAll(posts)].map(([, signed, path, body]) => ({
    path: path ?? '',
    body: JSON.parse(body ?? signed ?? ''),
  }))
}
