// Packs a mini-program for the browser: `node pack.js <mini-program> <folder to write>`. Templates, styles and scripts are
// the very files that ship; nothing is bundled, rewritten or left out but what packOptions.ignore of project.config.json
// leaves out. Ends with 1, naming file, line and column, when a template cannot be compiled.
'use strict'

const fs = require('node:fs')
const path = require('node:path')
const { TmplGroup } = require('glass-easel-template-compiler')
const { filesOf, isShipped } = require('./shipped')

const HERE = __dirname
const LIBRARIES = {
  'glass-easel.js': 'glass-easel/dist/glass_easel.all.es.js',
  'adapter.js': 'glass-easel-miniprogram-adapter/dist/glass_easel_miniprogram_adapter.es.js'
}
const ARGUMENTS = 'require, module, exports, wx, Page, Component, Behavior, App, getApp, getCurrentPages'

function pack (source, target) {
  const files = filesOf(source).filter(isShipped(source))
  const named = ending => files.filter(name => name.endsWith(ending))
  const read = name => fs.readFileSync(path.join(source, name), 'utf8')
  const { groups, faults } = templates(named('.wxml'), named('.wxs'), read)
  if (faults.length) return faults
  const json = Object.fromEntries(named('.json').map(name => [name.slice(0, -5), JSON.parse(read(name))]))
  const styles = Object.fromEntries(named('.wxss').map(name => [name.slice(0, -5), styled(name.slice(0, -5), read(name), json)]))
  const scripts = named('.js').map(name =>
    `${JSON.stringify(name.slice(0, -3))}: function (${ARGUMENTS}) {\n${read(name)}\n}`)
  fs.mkdirSync(target, { recursive: true })
  fs.writeFileSync(path.join(target, 'packed.js'), [
    'import "./globals.js"',
    `export const json = ${JSON.stringify(json)}`,
    `export const styles = ${JSON.stringify(styles)}`,
    `export const templates = ${groups}`,
    `export const scripts = {\n${scripts.join(',\n')}\n}`
  ].join('\n'))
  copyRuntime(target)
  for (const name of files) if (/\.(png|jpg|svg)$/.test(name)) copy(path.join(source, name), path.join(target, name))
  return []
}

function templates (wxml, wxs, read) {
  const group = new TmplGroup()
  const faults = []
  for (const name of wxml) {
    for (const one of group.addTmpl(name.slice(0, -5), read(name)) || []) {
      faults.push(`${name}:${one.startLine}:${one.startColumn}: ${one.message}`)
    }
  }
  for (const name of wxs) for (const known of [name, name.slice(0, -4)]) group.addScript(known, read(name))
  const groups = group.getTmplGenObjectGroups()
  group.free()
  return { groups, faults }
}

// A component's own styles count inside it alone, a page's on that page alone, those of the whole app everywhere.
function styled (path, text, json) {
  const own = json[path]
  if (own && own.component) return css(text, path.replace(/[^a-z]+/g, '-'))
  return path === 'app' ? css(text, '') : `.wx-frame[data-path="${path}"] {\n${css(text, '')}\n}`
}

function css (text, scope) {
  const plain = text
    .replace(/\/\*[^]*?\*\//g, '')
    .replace(/(-?[\d.]+)rpx/g, 'calc($1 * var(--rpx))')
    .replace(/(^|[},\s])page(?=[\s,{.:>])/g, '$1.wx-page')
  if (!scope) return plain
  return plain.replace(/([^{}]*)\{/g, selector =>
    (/^\s*@/.test(selector) ? selector : selector.replace(/\.(?=[a-zA-Z])/g, `.${scope}--`)))
}

function copyRuntime (target) {
  for (const name of fs.readdirSync(path.join(HERE, 'runtime'))) copy(path.join(HERE, 'runtime', name), path.join(target, name))
  for (const [name, from] of Object.entries(LIBRARIES)) {
    const text = fs.readFileSync(require.resolve(from), 'utf8')
    const local = text.replace(/from\s*(['"])glass-easel\1/g, 'from "./glass-easel.js"').replace(/\/\/# sourceMappingURL=.*/g, '')
    fs.writeFileSync(path.join(target, name), local)
  }
}

function copy (from, to) {
  fs.mkdirSync(path.dirname(to), { recursive: true })
  fs.copyFileSync(from, to)
}

module.exports = { css }

if (require.main === module) {
  const faults = pack(path.resolve(process.argv[2]), path.resolve(process.argv[3]))
  for (const fault of faults) console.log(fault)
  process.exitCode = faults.length ? 1 : 0
}
