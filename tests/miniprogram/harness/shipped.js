// Which files of a mini-program WeChat's tool would upload: all but what packOptions.ignore names.
'use strict'

const fs = require('node:fs')
const path = require('node:path')

function filesOf (folder) {
  return fs.readdirSync(folder, { recursive: true })
    .filter(name => fs.statSync(path.join(folder, name)).isFile())
    .map(name => name.split(path.sep).join('/'))
    .sort()
}

// As the tool reads them: a file, a folder, a suffix, or a pattern.
function isShipped (folder) {
  const config = JSON.parse(fs.readFileSync(path.join(folder, 'project.config.json'), 'utf8'))
  const left = (config.packOptions && config.packOptions.ignore) || []
  return name => name !== 'project.config.json' && !left.some(({ type, value }) => {
    if (type === 'folder') return name.startsWith(`${value}/`)
    if (type === 'suffix') return name.endsWith(value)
    if (type === 'file') return name === value
    throw new Error(`packOptions.ignore: unknown type ${type}`)
  })
}

module.exports = { filesOf, isShipped }
