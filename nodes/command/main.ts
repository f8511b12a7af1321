#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { runCommand } from './command.js'

/** The command `artifact-automations`. */
process.exitCode = runCommand(process.argv.slice(2), {
  env: process.env,
  // 0 is standard input
  read: (path) => readFileSync(path === '-' ? 0 : path, 'utf8'),
  now: () => new Date(),
  out: (line) => process.stdout.write(`${line}\n`),
  report: (line) => process.stderr.write(`${line}\n`),
})
