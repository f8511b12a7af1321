// `npm run bench`: this package against the stock Node-RED flow and a bare undici loop, in one run, as ratios.
//   npm run bench -- --quick    fewer events and rounds
//   npm run bench -- growth     only the measures named: throughput outside growth paced killed burst queued outage neighbours
//                               history understand sidebar mapped postgres

import { parseArgs } from 'node:util'
import { history } from './bench/history.mjs'
import { mapped } from './bench/mapped.mjs'
import { burstDelay, growth, killed, neighbours, outage, paced, queued, throughput } from './bench/measures.mjs'
import { postgres } from './bench/postgres.mjs'
import { startDriver, startReceiver } from './bench/processes.mjs'
import { sidebar } from './bench/sidebar.mjs'
import { understand } from './bench/understand.mjs'
import { build } from './build.mjs'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { quick: { type: 'boolean' } } })
const { quick } = values
const wanted = (name) => positionals.length === 0 || positionals.includes(name)
const rows = []
const row = (measure, value, against = '') => {
  rows.push({ measure, value, against })
  process.stderr.write(`${measure}: ${value}${against && ` (${against})`}\n`)
}
const times = (a, b) => `${(a / b).toFixed(2)} ×`
const ms = (value) => `${value.toFixed(1)} ms`

await build()
const receiver = await startReceiver()
const driver = startDriver()
const tools = { receiver, driver }
try {
  if (wanted('throughput')) {
    const size = quick ? { warmUp: 2, rounds: 3, count: 1_500 } : { warmUp: 8, rounds: 7, count: 8_000 }
    const { first, warm } = await throughput({ ...tools, ...size })
    const { ours, stock, bare } = warm
    const rate = (one) => `${Math.round(one.perSecond)} events/s`
    row(
      'durable events a second, one automation',
      rate(ours),
      `stock flow, which stores nothing: ${rate(stock)}; bare undici loop: ${rate(bare)}`,
    )
    row('… against the stock flow', times(ours.perSecond, stock.perSecond))
    row(
      'CPU per event against the stock flow',
      times(ours.cpuPerThousand, stock.cpuPerThousand),
      `seconds per 1,000 events: ${ours.cpuPerThousand.toFixed(2)} and ${stock.cpuPerThousand.toFixed(2)}; bare ${bare.cpuPerThousand.toFixed(2)}`,
    )
    row(
      `the first ${size.count} events after a start, against the stock flow's: events a second, CPU per event`,
      `${times(first.ours.perSecond, first.stock.perSecond)}, ${times(first.ours.cpuPerThousand, first.stock.cpuPerThousand)}`,
    )
  }
  if (wanted('outside')) {
    const usual = await startReceiver({ usual: true })
    try {
      const size = quick ? { warmUp: 2, rounds: 3, count: 1_500 } : { warmUp: 8, rounds: 7, count: 8_000 }
      const { ours, stock } = (await throughput({ driver, receiver: usual, usual: true, ...size })).warm
      row(
        'the same with usual far ends and random ids: events a second, CPU per event, against the stock flow',
        `${times(ours.perSecond, stock.perSecond)}, ${times(ours.cpuPerThousand, stock.cpuPerThousand)}`,
        `${Math.round(ours.perSecond)} and ${Math.round(stock.perSecond)} events/s; ${ours.cpuPerThousand.toFixed(2)} and ${stock.cpuPerThousand.toFixed(2)} s per 1,000`,
      )
    } finally {
      usual.stop()
    }
  }
  if (wanted('growth')) {
    const automations = [1, 100, 1_000]
    const { ours, stock } = await growth({ ...tools, rounds: quick ? 3 : 5, count: quick ? 1_500 : 3_000, automations })
    for (const n of automations.slice(1)) {
      row(
        `CPU per event with ${n} automations, one matching, against 1`,
        times(ours.get(n), ours.get(1)),
        `stock wiring: ${times(stock.get(n), stock.get(1))}`,
      )
    }
  }
  if (wanted('paced')) {
    const size = quick ? { warmUp: 2_000, rounds: 3, seconds: 5 } : { warmUp: 32_000, rounds: 5, seconds: 20 }
    const { ours, stock } = await paced({ ...tools, rate: 100, ...size })
    row(
      'at 100 events a second: acceptance to arrival, p50 and p99',
      `${ms(ours.arrivalP50)}, ${ms(ours.arrivalP99)}`,
      `stock flow: ${ms(stock.arrivalP50)}, ${ms(stock.arrivalP99)}`,
    )
    row(
      '… post to 202, p50 and p99',
      `${ms(ours.ackP50)}, ${ms(ours.ackP99)}`,
      `stock flow: ${ms(stock.ackP50)}, ${ms(stock.ackP99)}`,
    )
    row('… p99 from post to 202, against the stock flow', times(ours.ackP99, stock.ackP99))
    row(
      '… CPU per event, against the stock flow',
      times(ours.cpuPerThousand, stock.cpuPerThousand),
      `seconds per 1,000 events: ${ours.cpuPerThousand.toFixed(2)} and ${stock.cpuPerThousand.toFixed(2)}`,
    )
  }
  if (wanted('killed')) {
    const size = quick ? { count: 2_000, kills: 3 } : { count: 5_000, kills: 9 }
    const ours = await killed({ ...tools, ...size })
    const stock = await killed({ ...tools, ...size, stock: true })
    row(
      `lost of ${ours.accepted} acknowledged, after kill -9`,
      String(ours.lost),
      `stock flow: ${stock.lost} of ${stock.accepted}`,
    )
    row('duplicates after the kill', String(ours.duplicates))
    row(
      'back after the kill, against the stock flow',
      times(ours.backMs, stock.backMs),
      `${ms(ours.backMs)} and ${ms(stock.backMs)}`,
    )
  }
  if (wanted('burst'))
    row(
      'event-loop delay p99 in a burst of 10,000',
      ms((await burstDelay({ ...tools, count: quick ? 4_000 : 10_000 })).loopP99),
    )
  if (wanted('queued')) {
    const count = quick ? 20_000 : 100_000
    const result = await queued({ ...tools, count })
    row(`memory above idle with ${count} queued deliveries`, `${result.aboveIdleMB.toFixed(0)} MB`)
    row(`start after a kill with ${count} queued`, ms(result.recoveryMs))
  }
  if (wanted('outage')) {
    const { accepted, lost } = await outage({ ...tools, count: quick ? 500 : 2_000 })
    row(`lost of ${accepted}, with the receiver down for 10 s`, String(lost))
  }
  if (wanted('neighbours')) {
    const { well, dead, slow } = await neighbours({
      ...tools,
      rounds: quick ? 3 : 7,
      rate: 50,
      seconds: quick ? 3 : 10,
    })
    const beside = `p99 with a neighbour that is well: ${ms(well)}`
    row('p99 to a webhook whose neighbour is dead', times(dead, well), beside)
    row('p99 to a webhook whose neighbour never answers', times(slow, well), beside)
  }
  if (wanted('history')) {
    for (const count of quick ? [1_000, 100_000] : [1_000, 1_000_000]) {
      const { p50, slowest } = await history(count)
      row(`a page of history among ${count} deliveries, p50 and slowest`, `${ms(p50)}, ${ms(slowest)}`)
    }
  }
  if (wanted('mapped')) {
    const size = quick ? { warmUp: 2_000, seconds: 5 } : { warmUp: 8_000, seconds: 20 }
    const { alone, beside } = await mapped({ ...tools, rate: 1_000, ...size })
    const told = ({ perSecond, loopMax, loopP99 }) =>
      `${Math.round(perSecond)} events/s, ${ms(loopMax)}, ${ms(loopP99)}`
    row(
      'through a mapping, 1,000 events of 1 KB posted a second: taken, event-loop delay at most, p99',
      told(alone),
      `seconds of CPU per 1,000 events, all threads: ${alone.cpuPerThousand.toFixed(2)}`,
    )
    row('… beside a source whose mapping never ends', told(beside))
  }
  if (wanted('postgres')) {
    const size = quick
      ? { warmUp: 2, rounds: 3, count: 1_500, seconds: 5 }
      : { warmUp: 6, rounds: 5, count: 6_000, seconds: 20 }
    const { ours, stock, serverCpu, arrival } = await postgres({ ...tools, rate: 100, ...size })
    row(
      'on PostgreSQL of the same machine: durable events a second, CPU of Node-RED per event, against the stock flow',
      `${times(ours.perSecond, stock.perSecond)}, ${times(ours.cpuPerThousand, stock.cpuPerThousand)}`,
      `${Math.round(ours.perSecond)} and ${Math.round(stock.perSecond)} events/s; ${ours.cpuPerThousand.toFixed(2)} and ${stock.cpuPerThousand.toFixed(2)} s per 1,000, PostgreSQL ${serverCpu?.toFixed(2) ?? '?'}`,
    )
    row(
      '… at 100 events a second: acceptance to arrival, p50 and p99',
      `${ms(arrival.arrivalP50)}, ${ms(arrival.arrivalP99)}`,
    )
  }
  if (wanted('sidebar')) {
    const size = quick
      ? { events: 20_000, deliveries: 50_000, rounds: 2 }
      : { events: 100_000, deliveries: 1_000_000, rounds: 5 }
    const { first, whole, automations, history } = await sidebar({ ...tools, automations: 1_000, ...size })
    const told = ({ p50, p95 }) => `${ms(p50)}, ${ms(p95)}`
    row(
      `the sidebar opened in a new page, with 1,000 automations and ${size.deliveries} deliveries: to its first rows, to all that they say`,
      `${ms(first)}, ${ms(whole)}`,
    )
    row(
      'a frame while the automations are scrolled, while the history is: p50 and p95 each',
      `${told(automations)}; ${told(history)}`,
      'headless, without a graphics processor',
    )
  }
  if (wanted('understand')) {
    const size = quick
      ? { events: 20_000, deliveries: 50_000, count: 1_500, rounds: 3 }
      : { events: 300_000, deliveries: 1_000_000, count: 4_000, rounds: 3 }
    const { explain, asked, backtest, beside, perSecond } = await understand({ ...tools, automations: 1_000, ...size })
    row(
      `an explanation of one event for 1,000 automations: the first, p50, the slowest`,
      `${ms(explain.first)}, ${ms(explain.p50)}, ${ms(explain.slowest)}`,
      `${size.events} events, ${size.deliveries} deliveries`,
    )
    for (const { what, p50, slowest, loopP99 } of asked) {
      row(`${what}: p50, the slowest`, `${ms(p50)}, ${ms(slowest)}`, `event-loop delay p99 meanwhile: ${ms(loopP99)}`)
    }
    row(
      `a backtest of ${size.events} events`,
      ms(backtest.ms),
      `event-loop delay p99 meanwhile: ${ms(backtest.loopP99)}`,
    )
    row(
      'deliveries a second beside backtests, against alone',
      `${beside.toFixed(2)} ×`,
      `alone: ${Math.round(perSecond)} events/s`,
    )
  }
} finally {
  driver.stop()
  receiver.stop()
}

process.stdout.write(`\n| measure | result | beside |\n|---|---|---|\n`)
for (const { measure, value, against } of rows) process.stdout.write(`| ${measure} | ${value} | ${against} |\n`)
