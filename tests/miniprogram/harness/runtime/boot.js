// Starts the packed mini-program in this window: registers its components, starts the app, opens the page that the
// address names (#/pages/wish/detail?id=17) or the first one.
import { MiniProgramEnv, glassEasel } from './adapter.js'
import { defineElements } from './elements.js'
import { during } from './gesture.js'
import { createPhone } from './phone.js'
import { json, scripts, styles, templates } from './packed.js'
import { createWx } from './wx.js'

const env = new MiniProgramEnv()
const elements = defineElements(env.getGlobalCodeSpace(), path => wx.navigateTo({ url: path }))
const space = env.createCodeSpace('', true)
for (const [tag, definition] of Object.entries(elements)) space.getComponentSpace().setGlobalUsingComponent(tag, definition)

let app = null
const phone = createPhone({ json, themed, open })
const wx = createWx(phone)
elements.wx = wx
const loaded = {}

function themed (config) {
  const dark = matchMedia('(prefers-color-scheme: dark)').matches
  const theme = (json.theme || {})[dark ? 'dark' : 'light'] || {}
  return Object.fromEntries(Object.entries(config || {}).map(([name, value]) =>
    [name, typeof value === 'string' && value[0] === '@' ? theme[value.slice(1)] : value]))
}

function load (from, path, globals) {
  const found = resolve(from, path)
  if (!scripts[found]) throw new Error(`module '${path}' is not found, asked for by ${from}`)
  if (!loaded[found]) {
    const module = { exports: {} }
    loaded[found] = module
    scripts[found](inner => load(found, inner, globals), module, module.exports, wx, globals.Page, globals.Component,
      globals.Behavior, globals.App, () => app, () => phone.pages())
  }
  return loaded[found].exports
}

function resolve (from, path) {
  const parts = path[0] === '/' ? [] : from.split('/').slice(0, -1)
  for (const part of path.replace(/\.js$/, '').split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.' && part !== '') parts.push(part)
  }
  const found = parts.join('/')
  return scripts[found] ? found : `${found}/index`
}

const nowhere = name => () => { throw new Error(`${name}() is not for this file`) }
const outside = { Page: nowhere('Page'), Component: nowhere('Component'), Behavior: nowhere('Behavior'), App: nowhere('App') }

function register (path) {
  const own = json[path] || {}
  space.addComponentStaticConfig(path, { ...own, usingComponents: { ...json.app.usingComponents, ...own.usingComponents } })
  space.addCompiledTemplate(path, { groupList: templates, content: templates[path], fallbackListenerOnNativeNode: true })
  if (styles[path]) space.addStyleSheet(path, path, own.component ? path.replace(/[^a-z]+/g, '-') : undefined)
  space.componentEnv(path, ({ Page, Component, Behavior }) => load('', path, { ...outside, Page, Component, Behavior }))
}

const backend = env.associateBackend()
for (const [path, text] of Object.entries(styles)) backend.registerStyleSheetContent(path, text)
backend._$.onEvent((target, type, detail, options) => {
  const at = options.originalEvent && options.originalEvent.target
  // A phone says nothing of a tap on a button that is switched off.
  if (type === 'tap' && at && at.closest && at.closest('button[disabled], [aria-disabled="true"]')) return
  const event = new glassEasel.Event(type, detail, options)
  const dispatch = () => glassEasel.Event.dispatchEvent(target, event)
  if (type === 'tap') during(dispatch)
  else dispatch()
  return event.getEventBubbleStatus()
})

// A page in its place: what the phone calls and shows.
function open (path, place) {
  const root = backend.createRoot('wx-page', space, path)
  const holder = document.createElement('div')
  place.appendChild(holder)
  root.attach(place, holder)
  return { caller: root.get(), component: root.getComponent(), release: () => { root.release(); place.remove() } }
}

function start () {
  load('', 'app', { ...outside, App: given => { app = given } })
  // Components first: a page that is opened asks for them.
  const paged = phone.known()
  const parts = Object.keys(templates).filter(path => scripts[path] && !paged.includes(path))
  for (const path of [...parts, ...paged.filter(path => templates[path])]) register(path)
  if (styles.app) backend._$.appendStyleSheetPath('app', 0)
  const [path, query] = phone.addressed()
  if (app.onLaunch) app.onLaunch.call(app, { path, query, scene: 1001 })
  if (app.onShow) app.onShow.call(app, { path, query, scene: 1001 })
  phone.begin(path, query)
  window.phone = phone
}

start()
