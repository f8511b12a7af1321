// Mocha's usual report, and the counts as JSON in the file that PHASE_RESULT names.
const { writeFileSync } = require('node:fs')
const { reporters } = require('mocha')

module.exports = class extends reporters.Spec {
  done(failures, finish) {
    const { passes, pending, tests } = this.stats
    writeFileSync(process.env.PHASE_RESULT, JSON.stringify({ passed: passes, failed: failures, pending, tests }))
    finish?.(failures)
    setTimeout(() => {
      const left = process.getActiveResourcesInfo()
      process.stderr.write(`The tests are over, but something they left behind keeps running: ${left.join(', ')}\n`)
      process.exit(1)
    }, 15_000).unref()
  }
}
