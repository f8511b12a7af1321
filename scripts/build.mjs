// Builds dist/: compiled runtime and types, one editor page per node, and the files Node-RED looks for beside them.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import * as esbuild from 'esbuild'

const root = path.resolve(import.meta.dirname, '..')
const packageInfo = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'))

/** Type-checks the projects (default: all) and emits those that have something to emit. */
export function compile(projects = ['tsconfig.json']) {
  const result = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b', ...projects], {
    cwd: root,
    stdio: 'inherit',
  })
  if (result.status !== 0) throw new Error('The compiler found errors.')
}

/** The sets of the package: the nodes with a runtime, and the plugins that are a page alone. */
function sets() {
  const { nodes = {}, plugins = {} } = packageInfo['node-red']
  return Object.values({ ...nodes, ...plugins }).map((file) => path.basename(path.dirname(file)))
}

/** Bundles the editor code of one node, with the parts of lib/ that it shares with the runtime. */
async function bundleEditor(name) {
  const result = await esbuild.build({
    entryPoints: [path.join(root, `nodes/${name}/${name}.editor.ts`)],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    charset: 'utf8',
    define: { PACKAGE_VERSION: JSON.stringify(packageInfo.version) },
    logLevel: 'warning',
  })
  return result.outputFiles[0].text
}

/**
 * Writes <name>.html: script and form in the shape that Node-RED's loader and the scorecard's parser expect. Help and
 * catalogs stay in locales/, where Node-RED finds them for each language.
 */
async function editorPage(name) {
  const script = await bundleEditor(name)
  let form = ''
  try {
    form = await readFile(path.join(root, `nodes/${name}/${name}.form.html`), 'utf8')
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
  const target = path.join(root, 'dist/nodes', name)
  const template = form && `<script type="text/html" data-template-name="${name}">\n${form}</script>\n`
  await writeChanged(
    path.join(target, `${name}.html`),
    `<script type="text/javascript">${script}</script>\n${template}`,
  )
  for (const folder of ['locales', 'icons']) {
    await mirror(path.join(root, 'nodes', name, folder), path.join(target, folder))
  }
}

/** Leaves a file that is right already alone: another process may be reading it. */
async function writeChanged(file, content) {
  const current = await readFile(file).catch(() => undefined)
  if (current?.equals(Buffer.from(content))) return
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, content)
}

/** Makes `to` hold exactly the files of `from`, which may be missing. */
async function mirror(from, to) {
  const list = async (folder) =>
    existsSync(folder)
      ? (await readdir(folder, { recursive: true, withFileTypes: true }))
          .filter((entry) => entry.isFile())
          .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
      : []
  const wanted = await list(from)
  for (const file of await list(to)) if (!wanted.includes(file)) await rm(path.join(to, file))
  for (const file of wanted) await writeChanged(path.join(to, file), await readFile(path.join(from, file)))
}

/** Builds what a running Node-RED needs; quick when little or nothing changed. */
export async function build() {
  compile(['tsconfig.runtime.json'])
  await Promise.all(sets().map(editorPage))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await rm(path.join(root, 'dist'), { recursive: true, force: true })
  compile(['tsconfig.runtime.json', 'tsconfig.editor.json'])
  await build()
}
