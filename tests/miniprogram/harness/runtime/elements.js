// WeChat's own elements as far as the mini-program uses them. Each stands in the page as itself; what can be pressed or
// filled in is the browser's own element, or has its role, so that keyboard and screen reader work.
import { glassEasel } from './adapter.js'
import { choose, pickDate, pickTime } from './dialogs.js'
import { during } from './gesture.js'

const ARIA = ['Label', 'Role', 'Hidden', 'Checked', 'Selected', 'Expanded', 'Live', 'Disabled', 'Modal', 'Level', 'Valuenow',
  'Valuemin', 'Valuemax', 'Current', 'Describedby', 'Labelledby', 'Required', 'Invalid', 'Pressed', 'Haspopup']
let wxOf = () => null

const host = self => self._$.$$
const trigger = (self, name, detail, more) => glassEasel.Event.triggerEvent(self._$, name, detail || {}, more)
const tapped = self => during(() => trigger(self, 'tap', {}, { bubbles: true, composed: true, capturePhase: true }))

// aria-role becomes role; every other word stays. An empty one is not there.
function ariaProperties () {
  return Object.fromEntries(ARIA.map(name => [`aria${name}`, property(null, null, function (value) {
    const attribute = name === 'Role' ? 'role' : `aria-${name.toLowerCase()}`
    if (value === null || value === undefined || value === '') host(this).removeAttribute(attribute)
    else host(this).setAttribute(attribute, String(value))
  })]))
}

// Once its page is closed an element stands nowhere any more.
function property (type, value, observer) {
  return { type, value, observer (given) { if (observer && host(this)) observer.call(this, given) } }
}

const flag = attribute => property(Boolean, false, function (value) { host(this).toggleAttribute(attribute, Boolean(value)) })

function element (space, tag, { properties, methods, created } = {}) {
  const type = space.component(`wx/${tag}`).definition({
    properties: {
      ...ariaProperties(),
      hidden: flag('hidden'),
      hoverClass: String,
      hoverStopPropagation: Boolean,
      ...properties
    },
    methods: methods || {},
    lifetimes: { created () { if (created && host(this)) created.call(this, host(this)) } }
  }).register()
  return type._$
}

// Listens before what the page's own templates listen to, and alone.
function on (node, type, listener) {
  node.addEventListener(type, event => {
    event.stopImmediatePropagation()
    listener(event)
  }, { capture: true })
}

function pressable (node, role, press) {
  node.setAttribute('role', role)
  node.tabIndex = 0
  node.addEventListener('click', () => { if (node.getAttribute('aria-disabled') !== 'true') press() })
  node.addEventListener('keydown', event => {
    if (event.key !== 'Enter' && event.key !== ' ') return
    event.preventDefault()
    node.click()
  })
}

function button (space) {
  return element(space, 'button', {
    properties: {
      type: String, size: String, plain: Boolean, loading: Boolean, openType: String, formType: String,
      disabled: flag('disabled')
    },
    created (node) {
      node.type = 'button'
      node.addEventListener('click', event => {
        // Pressed by a key: no finger and no mouse tells of it.
        if (event.detail === 0 && !node.disabled) tapped(this)
        if (this.data.openType === 'share') wxOf().shareThis()
        else if (this.data.openType === 'feedback') wxOf().refuse('button open-type feedback')
        else if (this.data.openType) wxOf().openType(this.data.openType, detail => trigger(this, this.data.openType.toLowerCase(), detail))
      })
    }
  })
}

function typedIn (space, tag, more, prepare) {
  return element(space, tag, {
    properties: {
      value: property(String, '', function (value) { if (host(this).value !== value) host(this).value = value }),
      placeholder: property(String, '', function (value) { host(this).placeholder = value }),
      placeholderClass: property(String, '', function (value) { host(this).setAttribute('placeholder-class', value) }),
      disabled: flag('disabled'),
      maxlength: property(Number, 140, function (value) { host(this).maxLength = value < 0 ? 524288 : value }),
      focus: property(Boolean, false, function (value) { if (value) setTimeout(() => host(this).focus()) }),
      adjustPosition: Boolean, cursorSpacing: Number, confirmType: String, showConfirmBar: Boolean,
      ...more
    },
    created (node) {
      node.maxLength = 140
      if (prepare) prepare.call(this, node)
      on(node, 'input', () => {
        this._$.setData({ value: node.value })
        trigger(this, 'input', { value: node.value, cursor: node.selectionStart })
      })
      on(node, 'focus', () => trigger(this, 'focus', { value: node.value }))
      on(node, 'blur', () => trigger(this, 'blur', { value: node.value }))
      on(node, 'change', () => {})
      node.addEventListener('keydown', event => {
        if (event.key === 'Enter' && tag === 'input') trigger(this, 'confirm', { value: node.value })
      })
    }
  })
}

const MODES = { number: 'numeric', digit: 'decimal', idcard: 'text', text: 'text', nickname: 'text' }

function input (space) {
  return typedIn(space, 'input', {
    type: property(String, 'text', function (value) {
      if (!MODES[value]) throw new Error(`input type ${value} is not played in the browser`)
      host(this).inputMode = MODES[value]
    }),
    password: property(Boolean, false, function (value) { host(this).type = value ? 'password' : 'text' })
  }, node => { node.autocomplete = 'off' })
}

function textarea (space) {
  return typedIn(space, 'textarea', { autoHeight: property(Boolean, false, function (value) { host(this).toggleAttribute('grows', value) }) })
}

const sources = new Map()

// A picture that was chosen here has a name of WeChat's kind; what it shows is kept beside it.
export const keep = (path, shown) => sources.set(path, shown)
// A file of the server is asked of the one that served the page, one of the mini-program beside it.
export function shownAt (path) {
  if (sources.has(path)) return sources.get(path)
  return path.startsWith('data:') ? path : path.replace(/^https?:\/\/[^/]+/, '').replace(/^\/(?!api\/)/, '')
}

function image (space) {
  return element(space, 'image', {
    properties: {
      // The picture in it is what has a name; an empty one is passed over.
      ariaLabel: property(String, '', function (value) { host(this).firstChild.alt = value }),
      src: property(String, '', function (value) {
        host(this).firstChild.hidden = !value
        if (value) host(this).firstChild.src = shownAt(value)
      }),
      mode: property(String, 'scaleToFill', function (value) { host(this).setAttribute('mode', value) }),
      lazyLoad: Boolean, showMenuByLongpress: Boolean
    },
    created (node) {
      node.appendChild(document.createElement('img')).alt = ''
      node.addEventListener('error', () => trigger(this, 'error', { errMsg: 'cannot be loaded' }), true)
      node.addEventListener('load', () => trigger(this, 'load', {}), true)
    }
  })
}

function navigator (space) {
  return element(space, 'navigator', {
    properties: { url: String, openType: property(String, 'navigate') },
    created (node) {
      pressable(node, 'link', () => {
        const moves = { navigate: 'navigateTo', redirect: 'redirectTo', switchTab: 'switchTab', reLaunch: 'reLaunch', navigateBack: 'navigateBack' }
        const move = moves[this.data.openType]
        if (!move) throw new Error(`navigator open-type ${this.data.openType} is not played in the browser`)
        wxOf()[move]({ url: this.data.url })
      })
    }
  })
}

function picker (space) {
  return element(space, 'picker', {
    properties: {
      mode: property(String, 'selector'), range: Array, rangeKey: String, value: null, start: String, end: String,
      headerText: String,
      disabled: property(Boolean, false, function (value) { host(this).setAttribute('aria-disabled', String(value)) })
    },
    created (node) {
      pressable(node, 'button', async () => {
        const value = await picked(this.data, node.getAttribute('aria-label') || this.data.headerText || '请选择')
        if (value === null) trigger(this, 'cancel', {})
        else trigger(this, 'change', { value })
        node.focus()
      })
    }
  })
}

async function picked ({ mode, range, rangeKey, value, start, end }, title) {
  if (mode === 'date') return pickDate(title, { value, start, end })
  if (mode === 'time') return pickTime(title, { value, start, end })
  if (mode !== 'selector') throw new Error(`picker mode ${mode} is not played in the browser`)
  const names = range.map(one => (rangeKey ? one[rangeKey] : one))
  const found = await choose(title, names, Number(value))
  return found === null ? null : String(found)
}

function toggle (space) {
  return element(space, 'switch', {
    properties: {
      checked: property(Boolean, false, function (value) { host(this).setAttribute('aria-checked', String(value)) }),
      disabled: property(Boolean, false, function (value) { host(this).setAttribute('aria-disabled', String(value)) }),
      color: property(String, '', function (value) { host(this).style.setProperty('--on', value) }),
      type: String
    },
    created (node) {
      node.setAttribute('aria-checked', 'false')
      pressable(node, 'switch', () => {
        this._$.setData({ checked: !this.data.checked })
        trigger(this, 'change', { value: this.data.checked })
      })
    }
  })
}

function scrollView (space) {
  return element(space, 'scroll-view', {
    properties: {
      scrollX: flag('scroll-x'), scrollY: flag('scroll-y'), enableFlex: Boolean, showScrollbar: Boolean, enhanced: Boolean,
      scrollIntoView: property(String, '', function (value) {
        const found = value && host(this).querySelector(`#${value}`)
        if (found) found.scrollIntoView({ block: 'nearest', inline: 'center' })
      })
    }
  })
}

export function defineElements (space) {
  const made = {
    view: element(space, 'view', { properties: { hoverStartTime: Number, hoverStayTime: Number } }),
    text: element(space, 'text', { properties: { selectable: Boolean, userSelect: Boolean, space: String, decode: Boolean } }),
    button: button(space),
    input: input(space),
    textarea: textarea(space),
    image: image(space),
    navigator: navigator(space),
    picker: picker(space),
    switch: toggle(space),
    'scroll-view': scrollView(space)
  }
  Object.defineProperty(made, 'wx', { set: wx => { wxOf = () => wx.__page || wx }, enumerable: false })
  return made
}
