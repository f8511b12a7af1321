import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import vm from 'node:vm'
import { build } from 'esbuild'

const lib = fileURLToPath(new URL('../../../lib/', import.meta.url))

describe('the editor', () => {
  it('runs the same code, where there is nothing of Node.js', async function () {
    this.timeout(20_000)
    const contents = `
      export { parseTemplate } from './template/parse.js'
      export { renderTemplate } from './template/render.js'`
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: lib, loader: 'ts' },
      bundle: true,
      format: 'iife',
      globalName: 'template',
      platform: 'browser',
      write: false,
    })
    const script = `${outputFiles[0]?.text}
      const { parseTemplate, renderTemplate } = template
      const filled = renderTemplate(parseTemplate('{"a": "\${alias}", "b": \${SECRET}, "c": "\${tag}"}', 'json'), {
        event: { event_type: 'ADD_ARTIFACT_ALIAS', alias: 'é'.repeat(400000) },
        automationName: '', missing: 'blank' })
      let message
      try { parseTemplate('{"a": \${}}', 'json') } catch (error) { message = error.message }
      JSON.stringify({ shown: filled.text, slots: filled.slots.map(({ name }) => name), missing: filled.missing, message })`
    const { shown, slots, missing, message } = JSON.parse(vm.runInNewContext(script, { TextEncoder }))
    assert.equal(shown, `{"a": "${'é'.repeat(400_000)}", "b": \${SECRET}, "c": ""}`)
    assert.deepEqual(slots, ['SECRET'])
    assert.deepEqual(missing, ['tag'])
    assert.match(message, /^Line 1, column 7 of the template: There is no name between the braces/)
  })
})
