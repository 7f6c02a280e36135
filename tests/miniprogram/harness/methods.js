// What the handlers of templates can be: `node methods.js <mini-program>` loads every page and component as WeChat would
// and prints { path: [names of its methods] }.
'use strict'

const path = require('node:path')
const { filesOf, isShipped } = require('./shipped')

const folder = path.resolve(process.argv[2])
const found = {}
let present = ''
const note = names => { found[present] = names.sort() }
const functions = given => Object.keys(given).filter(name => typeof given[name] === 'function')

Object.assign(globalThis, {
  Page: given => note(functions(given)),
  Component: given => note(functions(given.methods || {})),
  Behavior: given => given,
  App: () => {},
  getApp: () => ({}),
  wx: new Proxy({}, { get: () => () => '' })
})

const shipped = filesOf(folder).filter(isShipped(folder))
for (const name of shipped.filter(one => one.endsWith('.wxml') && shipped.includes(one.replace(/wxml$/, 'js')))) {
  present = name.slice(0, -5)
  require(path.join(folder, `${present}.js`))
}
console.log(JSON.stringify(found))
