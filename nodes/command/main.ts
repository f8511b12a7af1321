#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { outlivesItsReader } from '../../lib/closed-output.js'
import { runCommand } from './command.js'
import { runDatabaseCommand } from './database.js'
import type { CommandWorld } from './world.js'

/** The command `artifact-automations`. */
const world: CommandWorld = {
  env: process.env,
  // 0 is standard input
  read: (path) => readFileSync(path === '-' ? 0 : path, 'utf8'),
  now: () => new Date(),
  out: (line) => process.stdout.write(`${line}\n`),
  report: (line) => process.stderr.write(`${line}\n`),
}

outlivesItsReader(process.stdout)

const [first, ...rest] = process.argv.slice(2)
if (first === 'database') {
  runDatabaseCommand(rest, world)
    .then((status) => {
      process.exitCode = status
    })
    .catch((error) => {
      world.report(String(error))
      process.exitCode = 2
    })
} else process.exitCode = runCommand(process.argv.slice(2), world)
