// 同意在先：第一次登录以前显示隐私说明；服务器要单独同意时（403 CONSENT_REQUIRED）显示那一份，同意以后接着办。
// 显示由小程序来做（askConsent），这里只管什么时候问、问过没有、告诉服务器。

const { ApiError } = require('./transport')

const AGREED = 'dianliang.agreed'

function createConsents ({ platform, read, askConsent }) {
  // 几个请求同时要同一份，只问一次。
  const asking = new Map()

  function agreed () {
    return platform.getStorageSync(AGREED) || {}
  }

  function declined (document) {
    const message = `没有同意《${document.title}》，不能继续`
    return new ApiError(0, { error: 'CONSENT_DECLINED', message, data: { document: document.document } })
  }

  async function current () {
    return (await read('/privacy')).list
  }

  /** 显示给用户看，记住他同意了哪一版。 */
  function show (document) {
    const one = `${document.document} ${document.version}`
    if (!asking.has(one)) {
      const done = () => { asking.delete(one) }
      const answer = Promise.resolve(askConsent(document)).then(yes => {
        if (!yes) throw declined(document)
        platform.setStorageSync(AGREED, Object.assign(agreed(), { [document.document]: document.version }))
      })
      asking.set(one, answer)
      answer.then(done, done)
    }
    return asking.get(one)
  }

  /** 登录以前：用小程序就要先同意的（required），手机里还没有记着同意现行版本的，逐份显示。 */
  async function beforeSignIn () {
    if (!askConsent) return []
    const required = (await current()).filter(one => one.required)
    for (const one of required) {
      if (agreed()[one.document] !== one.version) await show(one)
    }
    return required
  }

  /** 服务器要的那一份。没有给 askConsent 时返回 false，由小程序自己处理。 */
  async function ask (wanted) {
    if (!askConsent) return false
    const found = (await current()).find(one => one.document === wanted.document)
    if (!found) return false
    await show(found)
    return found
  }

  function forget () {
    platform.removeStorageSync(AGREED)
  }

  /** 微信自己的隐私授权（基础库 2.32.3 起）：没有同意时，微信或小程序弹出《用户隐私保护指引》。 */
  function platformAgreed () {
    return new Promise((resolve, reject) => {
      if (!platform.requirePrivacyAuthorize) return resolve(undefined)
      const guide = { document: 'wechat', title: '用户隐私保护指引' }
      platform.requirePrivacyAuthorize({ success: () => resolve(undefined), fail: () => reject(declined(guide)) })
    })
  }

  return { beforeSignIn, ask, forget, platformAgreed }
}

module.exports = { createConsents }
