// Compiles a mini-program with WeChat's own wcc and wcsc: `node compile.js <mini-program>`. Ends with 1, and what the
// compiler says, on a fault in a template, an inline script or a style sheet.
'use strict'

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { spawnSync } = require('node:child_process')
const { filesOf, isShipped } = require('./shipped')

const folder = path.resolve(process.argv[2])
const bin = path.join(path.dirname(require.resolve('miniprogram-compiler')), 'bin', os.platform() === 'darwin' ? 'mac' : 'linux')
const files = filesOf(folder).filter(isShipped(folder))

function compiled (program, options, names) {
  const tool = path.join(bin, program)
  // npm leaves the programs without the right to run.
  if (!(fs.statSync(tool).mode & 0o100)) fs.chmodSync(tool, 0o755)
  const told = spawnSync(tool, [...options, ...names.map(name => `./${name}`)], { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 26 })
  if (told.error) throw told.error
  if (told.status === 0) return 0
  console.log(`${program}: ${(told.stderr || told.stdout).slice(0, 2000)}`)
  return 1
}

const named = ending => files.filter(name => name.endsWith(ending))
const faults = compiled('wcc', ['-d', '-gn', '$gwx'], [...named('.wxml'), ...named('.wxs')]) +
  compiled('wcsc', ['-lc', '-js'], named('.wxss'))
process.exitCode = faults ? 1 : 0
