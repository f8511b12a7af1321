import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

export const root = path.resolve(import.meta.dirname, '../..')

export const read = (file: string): string => readFileSync(path.join(root, file), 'utf8')
export const readJson = (file: string) => JSON.parse(read(file))

interface PackageJson {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly keywords: readonly string[]
  readonly repository?: unknown
  readonly bugs?: unknown
  readonly files: readonly string[]
  readonly scripts: Record<string, string>
  readonly bin: Readonly<Record<string, string>>
  readonly engines: { readonly node: string }
  readonly dependencies: Record<string, string>
  readonly devDependencies: Record<string, string>
  readonly 'node-red': {
    readonly version: string
    readonly nodes: Record<string, string>
    readonly plugins?: Record<string, string>
  }
}

export const packageJson: PackageJson = readJson('package.json')

/** Every file below a folder of the repository, with its path from the root. */
export function filesBelow(folder: string, ending = ''): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort()
}

/** The node types of the package: each set is one node, of the same name. */
export const NODE_TYPES = Object.keys(packageJson['node-red'].nodes)
