// The phone around the pages: navigation bar, tab bar, a stack of at most ten pages, pulling down, reaching the bottom.
import { stageIn } from './dialogs.js'

const MOST_PAGES = 10
const PULL = 60
const NEAR_BOTTOM = 50
const PAGE_EVENTS = ['onLoad', 'onShow', 'onReady', 'onHide', 'onUnload', 'onPullDownRefresh', 'onReachBottom', 'onShareAppMessage']

function made (tag, className, parent) {
  const node = document.createElement(tag)
  node.className = className
  if (parent) parent.appendChild(node)
  return node
}

export function createPhone ({ json, themed, open }) {
  const app = json.app
  const tabs = (app.tabBar && app.tabBar.list) || []
  const known = [...app.pages, ...(app.subPackages || app.subpackages || []).flatMap(one => one.pages.map(page => `${one.root}/${page}`))]
  const kept = new Map()
  let stack = []
  let badges = {}

  const frame = made('div', 'phone-frame', document.body)
  const bar = made('header', 'phone-nav-bar', frame)
  const back = made('button', 'phone-back', bar)
  const title = made('h1', 'phone-nav-title', bar)
  const refresh = made('button', 'phone-refresh', bar)
  const place = made('main', 'phone-pages', frame)
  const tabBar = made('nav', 'phone-tab-bar', frame)
  stageIn(frame)
  Object.assign(back, { type: 'button', onclick: () => phone.back(1) })
  back.setAttribute('aria-label', '返回')
  Object.assign(refresh, { type: 'button', onclick: () => phone.pullDown() })
  refresh.setAttribute('aria-label', '刷新')
  tabBar.setAttribute('aria-label', '主要页面')
  const measure = () => document.documentElement.style.setProperty('--rpx', `${frame.clientWidth / 750}px`)
  new ResizeObserver(measure).observe(frame)
  measure()
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { dress(); phone.themeChanged() })

  const top = () => stack[stack.length - 1]
  const isTab = path => tabs.some(tab => tab.pagePath === path)

  function split (url, from) {
    const [path, search] = String(url).split('?')
    const parts = path[0] === '/' ? [] : (from || '').split('/').slice(0, -1)
    for (const part of path.split('/')) {
      if (part === '..') parts.pop()
      else if (part && part !== '.') parts.push(part)
    }
    const query = Object.fromEntries((search || '').split('&').filter(Boolean).map(pair => {
      const at = pair.indexOf('=')
      // As WeChat does: what stands in the address is handed over as it stands.
      return at < 0 ? [pair, ''] : [pair.slice(0, at), decodeURIComponent(pair.slice(at + 1))]
    }))
    return [parts.join('/'), query]
  }

  function call (page, name, ...given) {
    const method = page.caller[name]
    return typeof method === 'function' ? method.apply(page.caller, given) : undefined
  }

  function create (path, query, channel) {
    const holder = made('div', 'wx-frame', place)
    holder.dataset.path = path
    const scroller = made('div', 'wx-scroll wx-page', holder)
    const opened = open(path, scroller)
    const page = { path, query, holder, scroller, ...opened, config: { ...app.window, ...json[path] }, channel }
    Object.assign(page.caller, { route: path, options: query, getOpenerEventChannel: () => channel || emptyChannel(), setTitle: null })
    const reach = () => {
      if (scroller.scrollTop + scroller.clientHeight > scroller.scrollHeight - NEAR_BOTTOM) {
        if (!page.atBottom) { page.atBottom = true; call(page, 'onReachBottom') }
      } else page.atBottom = false
    }
    scroller.addEventListener('scroll', reach)
    pulling(page)
    call(page, 'onLoad', query)
    return page
  }

  function pulling (page) {
    let from = null
    page.scroller.addEventListener('touchstart', event => { from = page.scroller.scrollTop <= 0 ? event.touches[0].clientY : null }, { passive: true })
    page.scroller.addEventListener('touchend', event => {
      if (from !== null && event.changedTouches[0].clientY - from > PULL) phone.pullDown()
      from = null
    })
  }

  function show (page) {
    for (const one of [...stack, ...kept.values()]) one.holder.hidden = one !== page
    dress()
    call(page, 'onShow')
    page.component.triggerPageLifetime('show', [])
    if (!page.ready) { page.ready = true; call(page, 'onReady') }
    const search = Object.entries(page.query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
    history.replaceState(null, '', `#/${page.path}${search ? `?${search}` : ''}`)
  }

  function hide (page) {
    if (!page) return
    call(page, 'onHide')
    page.component.triggerPageLifetime('hide', [])
  }

  function close (page) {
    call(page, 'onUnload')
    page.release()
    page.holder.remove()
  }

  function dress () {
    const page = top()
    if (!page) return
    const config = themed({ ...page.config, ...page.dressed })
    title.textContent = config.navigationBarTitleText || ''
    document.title = config.navigationBarTitleText || '点亮'
    bar.style.background = config.navigationBarBackgroundColor || '#000'
    bar.dataset.text = config.navigationBarTextStyle || 'white'
    back.hidden = stack.length < 2
    refresh.hidden = !page.config.enablePullDownRefresh
    place.style.background = config.backgroundColor || ''
    dressTabs(page)
  }

  function dressTabs (page) {
    tabBar.hidden = !isTab(page.path)
    const look = themed(app.tabBar)
    tabBar.style.background = look.backgroundColor || '#fff'
    tabBar.replaceChildren(...tabs.map((tab, index) => {
      const current = tab.pagePath === page.path
      const button = made('button', 'phone-tab')
      button.type = 'button'
      if (current) button.setAttribute('aria-current', 'page')
      button.style.color = current ? look.selectedColor : look.color
      if (tab.iconPath) {
        const icon = made('img', '', button)
        Object.assign(icon, { src: current ? tab.selectedIconPath : tab.iconPath, alt: '' })
      }
      made('span', '', button).textContent = tab.text
      if (badges[index]) made('b', 'phone-badge', button).textContent = badges[index]
      button.onclick = () => phone.switchTab(`/${tab.pagePath}`)
      return button
    }))
  }

  function emptyChannel () {
    return { on () {}, once () {}, off () {}, emit () {} }
  }

  function checked (url) {
    const [path, query] = split(url, top() && top().path)
    if (!known.includes(path)) throw new Error(`page "${path}" is not found`)
    return [path, query]
  }

  const phone = {
    known: () => known,
    pages: () => stack.map(page => page.caller),
    themeChanged () {},
    addressed () {
      const found = location.hash.startsWith('#/') ? split(location.hash.slice(1)) : [app.pages[0], {}]
      return known.includes(found[0]) ? found : [app.pages[0], {}]
    },
    begin (path, query) {
      stack = [create(path, query)]
      if (isTab(path)) kept.set(path, stack[0])
      show(top())
    },
    push (url, channel) {
      const [path, query] = checked(url)
      if (isTab(path)) throw new Error(`navigateTo:fail can not navigateTo a tabbar page: ${path}`)
      if (stack.length >= MOST_PAGES) throw new Error('navigateTo:fail webview count limit exceed')
      hide(top())
      stack.push(create(path, query, channel))
      show(top())
    },
    replace (url) {
      const [path, query] = checked(url)
      if (isTab(path)) throw new Error(`redirectTo:fail can not redirectTo a tabbar page: ${path}`)
      const gone = stack.pop()
      if (isTab(gone.path)) kept.delete(gone.path)
      stack.push(create(path, query))
      show(top())
      close(gone)
    },
    switchTab (url) {
      const [path] = checked(url)
      if (!isTab(path)) throw new Error(`switchTab:fail can not switch to no-tabBar page: ${path}`)
      if (top().path === path) return
      hide(top())
      for (const page of stack.filter(one => !isTab(one.path))) close(page)
      if (!kept.has(path)) {
        stack = []
        kept.set(path, create(path, {}))
      }
      stack = [kept.get(path)]
      show(top())
    },
    relaunch (url) {
      const [path, query] = checked(url)
      const gone = new Set([...stack, ...kept.values()])
      kept.clear()
      stack = [create(path, query)]
      if (isTab(path)) kept.set(path, stack[0])
      for (const page of gone) close(page)
      show(top())
    },
    back (delta) {
      const count = Math.min(delta || 1, stack.length - 1)
      if (count < 1) return
      const gone = stack.splice(stack.length - count)
      hide(gone[gone.length - 1])
      show(top())
      for (const page of gone.reverse()) close(page)
    },
    pullDown () {
      const page = top()
      if (!page.config.enablePullDownRefresh || page.pulled) return
      page.pulled = true
      refresh.classList.add('phone-turning')
      call(page, 'onPullDownRefresh')
    },
    stopPullDown () {
      for (const page of [...stack, ...kept.values()]) page.pulled = false
      refresh.classList.remove('phone-turning')
    },
    dress (more) {
      top().dressed = { ...top().dressed, ...more }
      dress()
    },
    badge (index, text) {
      badges = { ...badges, [index]: text }
      dress()
    },
    scrollTo (to) { top().scroller.scrollTo({ top: to }) },
    share () { return call(top(), 'onShareAppMessage', { from: 'button' }) },
    event: (name, ...given) => PAGE_EVENTS.includes(name) && call(top(), name, ...given),
    // The framework gives elements other ids than templates do: it is asked.
    find (selector) {
      const found = top().component.getShadowRoot().querySelector(selector)
      return found && found.$$
    }
  }
  return phone
}
