import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import vm from 'node:vm'
import { build } from 'esbuild'

const lib = fileURLToPath(new URL('../../../lib/', import.meta.url))

describe('the editor', () => {
  it('judges patterns, triggers and rules by the same code, where there is nothing of Node.js', async function () {
    this.timeout(20_000)
    const contents = `
      export { compilePattern } from './alias/pattern.js'
      export { AliasFilter, parseRules } from './alias/filter.js'
      export { compileRule } from './automations/rule.js'
      export { starts } from './automations/judgement.js'
      export { sampleEvent } from './automations/samples.js'
      export { VOCABULARY, secretNameProblem } from './events/vocabulary.js'`
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: lib, loader: 'ts' },
      bundle: true,
      format: 'iife',
      globalName: 'lib',
      platform: 'browser',
      write: false,
    })
    const script = `${outputFiles[0]?.text}
      const settings = { scope: 'registry', entity: '', project: 'model', collection: '', events: ['LINK_ARTIFACT'], pattern: '' }
      let message
      try { lib.compilePattern('a(?=b)') } catch (error) { message = error.message }
      JSON.stringify({
        message,
        outputs: new lib.AliasFilter({ rules: lib.parseRules('[{"pattern":"^p"}]'), otherwise: true, checkAll: false }).outputs('p'),
        matches: lib.starts(lib.compileRule(settings, false), lib.sampleEvent('LINK_ARTIFACT', settings)),
        names: lib.VOCABULARY.length,
        problem: lib.secretNameProblem('1'),
      })`
    const result = JSON.parse(vm.runInNewContext(script))
    assert.match(result.message, /lookahead.*at character 2/)
    assert.deepEqual(result.outputs, [0])
    assert.equal(result.matches, true)
    assert(result.names > 20)
    assert.match(result.problem, /letters/)
  })
})
