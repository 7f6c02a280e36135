// The `wx` of this window. What a browser cannot do is refused by throwing: nothing is silently left out.
import * as dialogs from './dialogs.js'
import { isPressing } from './gesture.js'
import { createNetwork, isHere } from './network.js'

const STORE = 'wx:'
let codes = 0

// As WeChat's calls do: `success`, `fail`, `complete`, or a promise when none of them is given.
export function played (name, work) {
  return (options = {}) => {
    const running = Promise.resolve().then(() => work(options))
      .then(told => ({ errMsg: `${name}:ok`, ...told }), fault => { throw Object.assign(fault, { errMsg: `${name}:fail ${fault.message}` }) })
    if (!options.success && !options.fail && !options.complete) return running
    running.then(
      told => { if (options.success) options.success(told); if (options.complete) options.complete(told) },
      fault => { if (options.fail) options.fail(fault); if (options.complete) options.complete(fault) }
    )
    return undefined
  }
}

const refused = () => { throw new Error('cancel') }

// Who holds this phone: `?as=ning` in the address, else whoever held it before, else somebody new. A phone that changes
// hands knows nothing of its former owner.
function holder () {
  const asked = new URLSearchParams(location.search).get('as')
  const former = localStorage.getItem('holder')
  if (asked && former && asked !== former) localStorage.clear()
  const name = asked || former || `guest${Math.random().toString(36).slice(2, 8)}`
  localStorage.setItem('holder', name)
  return name
}

function storage () {
  return {
    getStorageSync: key => JSON.parse(localStorage.getItem(STORE + key) || '""'),
    setStorageSync: (key, value) => localStorage.setItem(STORE + key, JSON.stringify(value)),
    removeStorageSync: key => localStorage.removeItem(STORE + key)
  }
}

function moves (phone) {
  const channelled = options => {
    const here = listeners()
    const there = listeners()
    const end = (mine, other) => ({ on: mine.on, once: mine.once, off: mine.off, emit: other.fire })
    phone.push(options.url, end(there, here))
    for (const [name, listener] of Object.entries(options.events || {})) here.on(name, listener)
    return { eventChannel: end(here, there) }
  }
  return {
    navigateTo: played('navigateTo', channelled),
    redirectTo: played('redirectTo', ({ url }) => phone.replace(url)),
    switchTab: played('switchTab', ({ url }) => phone.switchTab(url)),
    reLaunch: played('reLaunch', ({ url }) => phone.relaunch(url)),
    navigateBack: played('navigateBack', ({ delta }) => {
      if (phone.pages().length < 2) throw new Error('cannot navigate back at first page.')
      phone.back(delta)
    }),
    setNavigationBarTitle: played('setNavigationBarTitle', ({ title }) => phone.dress({ navigationBarTitleText: title })),
    stopPullDownRefresh: played('stopPullDownRefresh', () => phone.stopPullDown()),
    startPullDownRefresh: played('startPullDownRefresh', () => phone.pullDown()),
    pageScrollTo: played('pageScrollTo', async ({ scrollTop, selector }) => {
      // As in WeChat the page moves when the finger has left: what comes to lie below it is not pressed. Whoever looks on
      // waits until it lies still.
      moving += 1
      document.documentElement.toggleAttribute('data-moving', true)
      await new Promise(resolve => setTimeout(resolve, 60))
      const found = selector && phone.find(selector)
      if (found) found.scrollIntoView({ block: 'start' })
      else phone.scrollTo(scrollTop || 0)
      moving -= 1
      document.documentElement.toggleAttribute('data-moving', moving > 0)
    }),
    setTabBarBadge: played('setTabBarBadge', ({ index, text }) => phone.badge(index, text)),
    removeTabBarBadge: played('removeTabBarBadge', ({ index }) => phone.badge(index, ''))
  }
}

// So many are on their way.
let moving = 0

// What was said before anybody listened is told to the first listener, as in WeChat.
function listeners () {
  const all = {}
  const waiting = {}
  const on = (name, listener) => {
    (all[name] = all[name] || []).push(listener)
    for (const given of waiting[name] || []) listener(...given)
    delete waiting[name]
  }
  return {
    on,
    once (name, listener) { const one = (...given) => { all[name] = all[name].filter(other => other !== one); listener(...given) }; on(name, one) },
    off (name) { delete all[name] },
    fire (name, ...given) {
      if (!all[name] || !all[name].length) (waiting[name] = waiting[name] || []).push(given)
      else for (const listener of [...all[name]]) listener(...given)
    }
  }
}

function questions () {
  return {
    showToast: played('showToast', options => dialogs.toast(options)),
    hideToast: played('hideToast', () => dialogs.hideToast()),
    showLoading: played('showLoading', options => dialogs.toast({ ...options, icon: 'loading' })),
    hideLoading: played('hideLoading', () => dialogs.hideToast()),
    showModal: played('showModal', async options => {
      const answer = await dialogs.confirm(options)
      return { confirm: Boolean(answer), cancel: !answer, content: answer ? answer.content : null }
    }),
    showActionSheet: played('showActionSheet', async ({ itemList, alertText }) => {
      const tapIndex = await dialogs.choose(alertText || '请选择', itemList, -1)
      return tapIndex === null ? refused() : { tapIndex }
    }),
    scanCode: played('scanCode', async () => {
      const result = await dialogs.typeIn('扫码', '这里没有相机：请输入码的内容')
      return result === null ? refused() : { result, scanType: 'QR_CODE' }
    }),
    makePhoneCall: played('makePhoneCall', async ({ phoneNumber }) => {
      if (!await dialogs.confirm({ title: '拨打电话', content: phoneNumber, confirmText: '知道了' })) refused()
    }),
    // Maps and documents are of other programs: where and what they would show is said.
    openLocation: played('openLocation', async ({ latitude, longitude, name, address }) => {
      await dialogs.confirm({ title: '地图', content: [name, address, `${latitude}, ${longitude}`].filter(Boolean).join('\n'), showCancel: false, confirmText: '关闭' })
    }),
    openDocument: played('openDocument', async ({ filePath, fileType }) => handedOn(filePath, `打开文件（${fileType}）`)),
    shareFileMessage: played('shareFileMessage', async ({ filePath, fileName }) => handedOn(filePath, `发送文件：${fileName}`)),
    showShareImageMenu: played('showShareImageMenu', async ({ path }) => handedOn(path, '发送图片')),
    setClipboardData: played('setClipboardData', async ({ data }) => { await navigator.clipboard.writeText(data) }),
    // Asked at any other time WeChat refuses; `played` works a moment later, so it is looked at here.
    requestSubscribeMessage: options => (isPressing() ? subscribe : refuseSubscription)(options),
    requirePrivacyAuthorize: played('requirePrivacyAuthorize', async () => {
      if (localStorage.getItem('privacy') === 'yes') return
      const text = '使用前请阅读并同意《用户隐私保护指引》'
      if (!await dialogs.confirm({ title: '用户隐私保护提示', content: text, confirmText: '同意', cancelText: '拒绝' })) {
        throw new Error('privacy permission is not authorized')
      }
      localStorage.setItem('privacy', 'yes')
    })
  }
}

async function handedOn (path, title) {
  if (!isHere(path)) throw new Error('file not found')
  await dialogs.confirm({ title, content: '这里不打开别的程序', showCancel: false, confirmText: '关闭' })
}

// The number of this phone is typed in; what the server gets is the simulator's code for it. WeChat's window is one.
let givingNumber = false
async function givePhoneNumber (tell) {
  if (givingNumber) return undefined
  givingNumber = true
  const number = await dialogs.typeIn('允许使用手机号？', '这里没有微信的手机号：请输入一个')
  givingNumber = false
  if (number === null) return tell({ errMsg: 'getPhoneNumber:fail user deny' })
  return tell({ code: `phone:${number}:${Date.now()}-${codes++}`, errMsg: 'getPhoneNumber:ok' })
}

const subscribe = played('requestSubscribeMessage', async ({ tmplIds }) => {
  if (tmplIds.length > 5) throw new Error('Number of templates should be at most 5')
  const yes = await dialogs.tick('允许发送以下消息？', tmplIds.map(id => ({ value: id, text: id }))) || []
  return Object.fromEntries(tmplIds.map(id => [id, yes.includes(id) ? 'accept' : 'reject']))
})
const refuseSubscription = played('requestSubscribeMessage', () => {
  throw new Error('can only be invoked by user TAP gesture.')
})

function device (phone, owner) {
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const themes = []
  phone.themeChanged = () => { for (const listener of themes) listener({ theme: dark.matches ? 'dark' : 'light' }) }
  const base = () => ({ language: 'zh_CN', SDKVersion: '3.5.0', theme: dark.matches ? 'dark' : 'light', fontSizeSetting: Number(localStorage.getItem('fontSize')) || 16 })
  return {
    getAppBaseInfo: base,
    getWindowInfo: () => ({ windowWidth: innerWidth, windowHeight: innerHeight, pixelRatio: devicePixelRatio }),
    getAccountInfoSync: () => ({ miniProgram: { appId: 'wx-preview', envVersion: 'develop', version: '' } }),
    onThemeChange: listener => { themes.push(listener) },
    // Nothing newer than this page waits anywhere.
    getUpdateManager: () => ({ onCheckForUpdate: tell => tell({ hasUpdate: false }), onUpdateReady () {}, onUpdateFailed () {}, applyUpdate () {} }),
    onAppShow: listener => document.addEventListener('visibilitychange', () => { if (!document.hidden) listener({}) }),
    onAppHide: listener => document.addEventListener('visibilitychange', () => { if (document.hidden) listener({}) }),
    getNetworkType: played('getNetworkType', () => ({ networkType: navigator.onLine ? 'wifi' : 'none' })),
    onNetworkStatusChange (listener) {
      const tell = () => listener({ isConnected: navigator.onLine, networkType: navigator.onLine ? 'wifi' : 'none' })
      addEventListener('online', tell)
      addEventListener('offline', tell)
    },
    nextTick: work => { queueMicrotask(work) },
    showShareMenu: played('showShareMenu', () => {}),
    login: played('login', () => {
      if (!navigator.onLine) throw new Error('')
      return { code: `sim:${owner}:${Date.now()}-${codes++}-${Math.random().toString(36).slice(2, 8)}` }
    })
  }
}

export function createWx (phone) {
  const owner = holder()
  const api = { ...storage(), ...moves(phone), ...questions(), ...device(phone, owner), ...createNetwork() }
  const page = {
    ...api,
    refuse: what => { throw new Error(`${what} is not played in the browser`) },
    // The card that would be sent is shown: title and path.
    shareThis () {
      const card = phone.share()
      dialogs.confirm({ title: '转发给朋友', content: `${card.title}\n${card.path}`, showCancel: false, confirmText: '好' })
    },
    openType (name, tell) {
      if (name === 'getPhoneNumber') return givePhoneNumber(tell)
      throw new Error(`button open-type ${name} is not played in the browser`)
    }
  }
  return new Proxy(api, {
    get (target, name) {
      if (name === '__page') return page
      if (typeof name === 'symbol' || name in target) return target[name]
      throw new Error(`wx.${name} is not played in the browser`)
    }
  })
}
