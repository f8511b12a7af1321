// Mocha's usual report; the counts, and the words of what failed, as JSON in the file that PHASE_RESULT names.
const { writeFileSync } = require('node:fs')
const { reporters } = require('mocha')

module.exports = class extends reporters.Spec {
  done(failures, finish) {
    const { passes, pending, tests } = this.stats
    const words = this.failures.map((test) => `${test.fullTitle()}: ${test.err?.message ?? 'no reason given'}`)
    const counts = { passed: passes, failed: failures, pending, tests, words }
    writeFileSync(process.env.PHASE_RESULT, JSON.stringify(counts))
    finish?.(failures)
    setTimeout(() => {
      const left = process.getActiveResourcesInfo()
      process.stderr.write(`The tests are over, but something they left behind keeps running: ${left.join(', ')}\n`)
      process.exit(1)
    }, 15_000).unref()
  }
}
