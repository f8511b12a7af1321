// Loaded before Node-RED: the clock of this process is an hour fast.
const now = Date.now.bind(Date)
const FAST = 3_600_000

globalThis.Date = class extends Date {
  constructor(...given) {
    if (given.length === 0) super(now() + FAST)
    else super(...given)
  }

  static now() {
    return now() + FAST
  }
}
