#!/usr/bin/env node
import { readFileSync } from 'node:fs'
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

// whoever reads may have read enough, as `head` and `grep -q` do: what the command found is said by how it ends all the same
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

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
