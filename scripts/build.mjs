// Builds dist/: compiled runtime and types, one editor page per node, and the files Node-RED looks for beside them.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
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

/** Bundles code of the editor, with the parts of lib/ that it shares with the runtime. */
async function bundle(options) {
  const result = await esbuild.build({
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    charset: 'utf8',
    logLevel: 'warning',
    ...options,
  })
  return result.outputFiles[0].text
}

/**
 * Writes resources/editor.js, which Node-RED serves: what pages get when the first dialog opens.
 * @returns what tells this build's file from others, for its address
 */
async function sharedFile() {
  const { nodes, plugins = {} } = packageInfo['node-red']
  const dialogs = Object.keys(nodes).map((name) => `nodes/${name}/dialog.editor.ts`)
  const views = Object.keys(plugins).map((name) => `nodes/${name}/views.editor.ts`)
  const parts = [...dialogs, ...views, 'nodes/editor/wizard/wizard.ts']
  const script = await bundle({
    stdin: {
      contents: parts.map((file) => `import './${file}'`).join('\n'),
      resolveDir: root,
      sourcefile: 'editor.ts',
    },
    define: { SHARED_VERSION: '""' },
  })
  await writeChanged(path.join(root, 'resources/editor.js'), script)
  return createHash('sha256').update(script).digest('hex').slice(0, 12)
}

/**
 * Writes <name>.html: script and form in the shape that Node-RED's loader and the scorecard's parser expect. Help and
 * catalogs stay in locales/, where Node-RED finds them for each language.
 */
async function editorPage(name, sharedVersion) {
  const script = await bundle({
    entryPoints: [path.join(root, `nodes/${name}/${name}.editor.ts`)],
    define: { SHARED_VERSION: JSON.stringify(sharedVersion) },
  })
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
  const sharedVersion = await sharedFile()
  await Promise.all(sets().map((name) => editorPage(name, sharedVersion)))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const made of ['dist', 'resources']) await rm(path.join(root, made), { recursive: true, force: true })
  compile(['tsconfig.runtime.json', 'tsconfig.editor.json'])
  await build()
}
