// One function per measure; each gets the receiver and the driver and returns plain numbers.
import { fork } from 'node:child_process'
import path from 'node:path'
import { packageFlow, stockFlow } from './flows.mjs'
import { freePort, NodeRed } from './processes.mjs'

const TOKEN = 'bench-token'
const micros = ({ user, system }) => user + system

export const percentile = (sorted, p) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))]
export const median = (values) =>
  percentile(
    [...values].sort((a, b) => a - b),
    0.5,
  )

/** Posts `count` events as fast as they are taken; the clock stops when the last one arrived at the far end. */
async function burst({ server, receiver, driver, count, concurrency = 50, usual = false }) {
  await receiver.report()
  const before = await server.look()
  const began = performance.now()
  const { acknowledged } = await driver.run({ url: server.url, token: TOKEN, count, concurrency, usual })
  const arrived = await receiver.arrived(acknowledged.length)
  const seconds = (performance.now() - began) / 1000
  const after = await server.look()
  if (acknowledged.length !== count || arrived !== count) {
    throw new Error(`${count} posted, ${acknowledged.length} acknowledged, ${arrived} arrived`)
  }
  return {
    perSecond: count / seconds,
    cpuPerThousand: (micros(after.cpu) - micros(before.cpu)) / 1000 / count,
    loopP99: after.loopP99,
  }
}

/**
 * Ours, the stock flow and the bare loop, one after another in every round, so that noise falls on all of them. Their
 * first rounds tell how they start, the last ones how they run: V8 has compiled what is hot by then, and a Node-RED runs
 * for weeks.
 */
export async function throughput({ receiver, driver, warmUp, rounds, count, usual, database }) {
  const servers = {
    ours: await NodeRed.start(packageFlow({ url: receiver.url }), { withPackage: true, database }),
    stock: await NodeRed.start(stockFlow({ url: receiver.url }), { withPackage: false }),
    bare: await startBare(receiver.url),
  }
  const results = { ours: [], stock: [], bare: [] }
  try {
    for (let round = 0; round < warmUp + rounds; round += 1) {
      for (const [name, server] of Object.entries(servers)) {
        results[name].push(await burst({ server, receiver, driver, count, usual }))
      }
    }
  } finally {
    for (const server of Object.values(servers)) await server.stop()
  }
  const medians = (list) => ({
    perSecond: median(list.map((one) => one.perSecond)),
    cpuPerThousand: median(list.map((one) => one.cpuPerThousand)),
  })
  const each = (pick) => Object.fromEntries(Object.entries(results).map(([name, list]) => [name, pick(list)]))
  return { first: each((list) => list[0]), warm: each((list) => medians(list.slice(warmUp))) }
}

async function startBare(url) {
  const child = fork(path.join(import.meta.dirname, 'bare.mjs'), [url], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const { port } = await new Promise((resolve) => child.once('message', resolve))
  const base = `http://127.0.0.1:${port}/`
  return { url: base, look: async () => (await fetch(base)).json(), stop: async () => child.kill('SIGKILL') }
}

/** CPU per event with one automation and with many of which one matches, for ours and (fewer events) for stock. */
export async function growth({ receiver, driver, rounds, count, automations }) {
  const measure = async (build, withPackage, events) => {
    const servers = new Map()
    for (const n of automations) {
      servers.set(n, await NodeRed.start(build({ url: receiver.url, automations: n }), { withPackage }))
    }
    const results = new Map(automations.map((n) => [n, []]))
    try {
      for (const server of servers.values()) await burst({ server, receiver, driver, count: events })
      for (let round = 0; round < rounds; round += 1) {
        for (const [n, server] of servers) results.get(n).push(await burst({ server, receiver, driver, count: events }))
      }
    } finally {
      for (const server of servers.values()) await server.stop()
    }
    return new Map([...results].map(([n, list]) => [n, median(list.map((one) => one.cpuPerThousand))]))
  }
  return {
    ours: await measure(packageFlow, true, count),
    stock: await measure(stockFlow, false, Math.ceil(count / 10)),
  }
}

const between = (from, to) =>
  Object.keys(from)
    .filter((id) => to[id])
    .map((id) => Math.max(0, Number(BigInt(to[id]) - BigInt(from[id])) / 1e6))
    .sort((a, b) => a - b)

/** Milliseconds from the acknowledgement to the arrival, and from sending to the acknowledgement, at a steady rate. */
async function pace({ server, receiver, driver, rate, seconds }) {
  await receiver.report()
  const count = rate * seconds
  const sent = await driver.run({ url: server.url, token: TOKEN, count, concurrency: 20, rate })
  await receiver.arrived(count)
  const { arrivals } = await receiver.report()
  const toArrival = between(sent.ackedAt, arrivals)
  const toAck = between(sent.sentAt, sent.ackedAt)
  return {
    arrivalP50: percentile(toArrival, 0.5),
    arrivalP99: percentile(toArrival, 0.99),
    ackP50: percentile(toAck, 0.5),
    ackP99: percentile(toAck, 0.99),
  }
}

/**
 * Ours and the stock flow at a steady rate, one after another in every round: how long a post waits for its answer, how
 * long the event then takes, and what each event costs when nothing is shared with another one.
 */
export async function paced({ receiver, driver, warmUp, rounds, database, ...pacing }) {
  const servers = {
    ours: await NodeRed.start(packageFlow({ url: receiver.url }), { withPackage: true, database }),
    stock: await NodeRed.start(stockFlow({ url: receiver.url }), { withPackage: false }),
  }
  const results = { ours: [], stock: [] }
  try {
    for (const server of Object.values(servers)) await burst({ server, receiver, driver, count: warmUp })
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, server] of Object.entries(servers)) {
        const before = await server.look()
        const times = await pace({ server, receiver, driver, ...pacing })
        const after = await server.look()
        const cpuPerThousand = (micros(after.cpu) - micros(before.cpu)) / 1000 / (pacing.rate * pacing.seconds)
        results[name].push({ ...times, cpuPerThousand })
      }
    }
  } finally {
    for (const server of Object.values(servers)) await server.stop()
  }
  const medians = (list) =>
    Object.fromEntries(Object.keys(list[0]).map((key) => [key, median(list.map((one) => one[key]))]))
  return { ours: medians(results.ours), stock: medians(results.stock) }
}

/**
 * The p99 from acknowledgement to arrival at one webhook while every event also goes to another one, that is well, dead,
 * or answers after a minute. A p99 of few milliseconds is what the machine does besides: hence rounds, one after another.
 */
export async function neighbours({ receiver, driver, rounds, ...pacing }) {
  const urls = {
    well: `${receiver.url}/neighbour`,
    dead: `http://127.0.0.1:${await freePort()}/`,
    slow: `${receiver.url}/neighbour?delay=60000`,
  }
  const servers = []
  const p99 = { well: [], dead: [], slow: [] }
  try {
    for (const [kind, neighbour] of Object.entries(urls)) {
      const server = await NodeRed.start(packageFlow({ url: receiver.url, neighbour }), { withPackage: true })
      servers.push([kind, server])
      await burst({ server, receiver, driver, count: 2_000 })
    }
    for (let round = 0; round < rounds; round += 1) {
      for (const [kind, server] of servers) {
        p99[kind].push((await pace({ server, receiver, driver, ...pacing })).arrivalP99)
      }
    }
  } finally {
    for (const [, server] of servers) await server.stop()
  }
  return { well: median(p99.well), dead: median(p99.dead), slow: median(p99.slow) }
}

/** Killed with SIGKILL while the receiver is slow: how much of what was acknowledged never arrives, how much twice. */
export async function killed({ receiver, driver, count, kills, stock }) {
  const url = `${receiver.url}/?delay=20`
  const flow = stock ? stockFlow({ url }) : packageFlow({ url })
  const server = await NodeRed.start(flow, { withPackage: !stock })
  try {
    await receiver.report()
    const posting = driver.run({ url: server.url, token: TOKEN, count, concurrency: 50 })
    const { acknowledged } = await posting
    await server.kill()
    await server.run(false)
    await receiver.arrived(acknowledged.length, stock ? 3_000 : 120_000)
    const { count: requests, arrivals } = await receiver.report()
    const lost = acknowledged.filter((id) => !arrivals[id]).length
    const duplicates = requests - Object.keys(arrivals).length
    const back = [server.readyMs]
    while (back.length < kills) {
      await server.kill()
      await server.run(false)
      back.push(server.readyMs)
    }
    return { accepted: acknowledged.length, lost, duplicates, backMs: median(back) }
  } finally {
    await server.stop()
  }
}

/** The event loop in a burst of 10,000. */
export async function burstDelay({ receiver, driver, count }) {
  const server = await NodeRed.start(packageFlow({ url: receiver.url }), { withPackage: true })
  try {
    await burst({ server, receiver, driver, count: 1_000 })
    const { loopP99 } = await burst({ server, receiver, driver, count, concurrency: 200 })
    return { loopP99 }
  } finally {
    await server.stop()
  }
}

/** Memory above idle with a long queue, and how long a start takes on it. */
export async function queued({ receiver, driver, count }) {
  const server = await NodeRed.start(packageFlow({ url: receiver.url, schedule: '1h' }), { withPackage: true })
  try {
    // warm first: V8's young generation takes tens of megabytes with the first events, whether they wait or not
    await burst({ server, receiver, driver, count: 8_000 })
    const idle = await server.memory()
    await receiver.down()
    await driver.run({ url: server.url, token: TOKEN, count, concurrency: 50 })
    const full = await server.memory()
    await server.kill()
    const began = performance.now()
    await server.run(false)
    const recovery = performance.now() - began
    return { aboveIdleMB: (full - idle) / 2 ** 20, recoveryMs: recovery }
  } finally {
    await receiver.up()
    await server.stop()
  }
}

/** The receiver is down for ten seconds while events are posted. */
export async function outage({ receiver, driver, count }) {
  const server = await NodeRed.start(packageFlow({ url: receiver.url, schedule: '1s, 2s, 5s, 10s' }), {
    withPackage: true,
  })
  try {
    await receiver.report()
    await receiver.down()
    const { acknowledged } = await driver.run({
      url: server.url,
      token: TOKEN,
      count,
      concurrency: 20,
    })
    await new Promise((resolve) => setTimeout(resolve, 10_000))
    await receiver.up()
    const arrived = await receiver.arrived(acknowledged.length)
    return { accepted: acknowledged.length, lost: acknowledged.length - arrived }
  } finally {
    await receiver.up()
    await server.stop()
  }
}
