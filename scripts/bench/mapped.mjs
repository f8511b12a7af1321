// A source with a mapping, at a steady rate, alone and beside one whose mapping never ends.
import { mappedFlow } from './flows.mjs'
import { NodeRed } from './processes.mjs'

const TOKEN = 'bench-token'

/** @returns of each: events a second that were taken, CPU in seconds per 1,000, and the event loop's longest delay in ms */
export async function mapped({ receiver, driver, rate, seconds, warmUp }) {
  const server = await NodeRed.start(mappedFlow({ url: receiver.url }), { withPackage: true })
  const round = async (count) => {
    const before = await server.look()
    const { acknowledged, seconds: took } = await driver.run({
      url: server.url,
      token: TOKEN,
      count,
      concurrency: 200,
      rate,
    })
    const after = await server.look()
    const cpu = after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system
    return {
      lost: count - acknowledged.length,
      perSecond: acknowledged.length / took,
      cpuPerThousand: cpu / 1e3 / count,
      loopMax: after.loopMax,
      loopP99: after.loopP99,
    }
  }
  try {
    await round(warmUp)
    const alone = await round(rate * seconds)
    const endless = setInterval(() => post(server.url.replace('/artifact-events', '/endless')).catch(() => {}), 200)
    try {
      return { alone, beside: await round(rate * seconds) }
    } finally {
      clearInterval(endless)
    }
  } finally {
    await server.stop()
  }
}

const post = (url) =>
  fetch(url, {
    method: 'POST',
    headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' },
    body: '{}',
  })
