export interface Change {
  readonly kind: string
  /** Markdown without the leading dash. */
  readonly entries: string[]
}

export interface Version {
  readonly version: string
  /** The day of the release, `2026-01-31`; nothing is missing but for what is not released. */
  readonly date?: string | undefined
  readonly changes: readonly Change[]
}

export interface Changelog {
  readonly introduction: string
  /** Newest first. */
  readonly versions: readonly Version[]
  readonly links: readonly { readonly version: string; readonly target: string }[]
}

/** The kinds of change, in the order of Keep a Changelog. */
export const KINDS = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security']

const HEADING = /^## \[(?<version>[^\]]+)\](?: - (?<date>\d{4}-\d{2}-\d{2}))?$/
const LINK = /^\[([^\]]+)\]: (\S+)$/

/**
 * Reads CHANGELOG.md.
 * @throws Error with the line that is not of the form
 */
export function readChangelog(text: string): Changelog {
  const introduction: string[] = []
  const versions: (Version & { readonly changes: Change[] })[] = []
  const links: { version: string; target: string }[] = []
  for (const [index, line] of text.split('\n').entries()) {
    const wrong = (why: string) => new Error(`CHANGELOG.md, line ${index + 1}: ${why}: ${line}`)
    const version = versions.at(-1)
    const change = version?.changes.at(-1)
    if (line.startsWith('## ')) {
      const { version: name, date } = HEADING.exec(line)?.groups ?? {}
      if (!name) throw wrong('a heading is "## [1.2.3] - 2026-01-31" or "## [Unreleased]"')
      versions.push({ version: name, date, changes: [] })
    } else if (!version) introduction.push(line)
    else if (LINK.test(line)) links.push(linkOf(line))
    else if (line.startsWith('### ')) version.changes.push({ kind: line.slice(4), entries: [] })
    else if (line.startsWith('- ') && change) change.entries.push(line.slice(2))
    else if (line.startsWith('  ') && change?.entries.length) change.entries.push(`${change.entries.pop()}\n${line}`)
    else if (line !== '') throw wrong('a change is a line that begins with a dash, under a heading of its kind')
  }
  return { introduction: introduction.join('\n').trim(), versions, links }
}

function linkOf(line: string) {
  const [, version = '', target = ''] = LINK.exec(line) ?? []
  return { version, target }
}

/** The text of a changelog, as `readChangelog` reads it. */
export function writeChangelog({ introduction, versions, links }: Changelog): string {
  const blocks = [introduction]
  for (const { version, date, changes } of versions) {
    blocks.push(date ? `## [${version}] - ${date}` : `## [${version}]`)
    for (const { kind, entries } of changes) {
      blocks.push(`### ${kind}`)
      if (entries.length > 0) blocks.push(entries.map((entry) => `- ${entry}`).join('\n'))
    }
  }
  blocks.push(links.map(({ version, target }) => `[${version}]: ${target}`).join('\n'))
  return `${blocks.join('\n\n')}\n`
}

/**
 * The changelog after a release: what was unreleased is that version's, and a new, empty *Unreleased* stands above.
 * @param repository the address that links to comparisons begin with
 * @throws Error when nothing is to be released, or the version is not newer than the newest
 */
export function releaseChangelog(
  changelog: Changelog,
  { version, date, repository }: { version: string; date: string; repository: string },
): Changelog {
  const [unreleased, ...released] = changelog.versions
  const changes = (unreleased?.changes ?? []).filter(({ entries }) => entries.length > 0)
  if (unreleased?.version !== 'Unreleased' || changes.length === 0) {
    throw new Error('CHANGELOG.md has nothing under Unreleased: a release that changes nothing for anybody is none.')
  }
  const newest = released[0]?.version
  if (newest && compareVersions(version, newest) <= 0) {
    throw new Error(`${version} is not newer than ${newest}, the newest version in CHANGELOG.md.`)
  }
  const before = newest ? `${repository}/compare/v${newest}...v${version}` : `${repository}/releases/tag/v${version}`
  return {
    introduction: changelog.introduction,
    versions: [
      {
        version: 'Unreleased',
        changes: ['Added', 'Changed', 'Fixed', 'Security'].map((kind) => ({ kind, entries: [] })),
      },
      { version, date, changes },
      ...released,
    ],
    links: [
      { version: 'Unreleased', target: `${repository}/compare/v${version}...main` },
      { version, target: before },
      ...changelog.links.filter((link) => link.version !== 'Unreleased'),
    ],
  }
}

const VERSION = /^(\d+)\.(\d+)\.(\d+)(?:-([\w.]+))?$/

/**
 * Orders two versions as Semantic Versioning does, as far as releases of this package need it: below zero when the first is older.
 * A version with a suffix (`1.0.0-rc.1`) is older than the same without; two suffixes are compared part by part.
 * @throws Error when one of them is no version
 */
export function compareVersions(first: string, second: string): number {
  const one = parseVersion(first)
  const other = parseVersion(second)
  for (const [index, number] of one.numbers.entries()) {
    const difference = number - (other.numbers[index] ?? 0)
    if (difference !== 0) return difference
  }
  if (one.suffix === undefined || other.suffix === undefined) {
    return Number(one.suffix === undefined) - Number(other.suffix === undefined)
  }
  return one.suffix.localeCompare(other.suffix, 'en', { numeric: true })
}

function parseVersion(version: string) {
  const parts = VERSION.exec(version)
  if (!parts) throw new Error(`"${version}" is no version such as 1.2.3.`)
  return { numbers: parts.slice(1, 4).map(Number), suffix: parts[4] }
}
