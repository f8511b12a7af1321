import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

describe('what the editor bundles of lib/webhook', () => {
  for (const file of ['bash', 'settings', 'headers', 'services', 'url']) {
    it(`${file} needs nothing of Node.js`, async () => {
      const { outputFiles, errors } = await build({
        entryPoints: [fileURLToPath(new URL(`../../../dist/lib/webhook/${file}.js`, import.meta.url))],
        bundle: true,
        write: false,
        platform: 'browser',
        format: 'esm',
        logLevel: 'silent',
      })
      assert.deepEqual(errors, [])
      assert.doesNotMatch(
        outputFiles[0]?.text ?? '',
        /\bBuffer\.|\bprocess\.|require\("(node:)?(crypto|net|tls|fs|util)"\)/,
      )
    })
  }
})
