// 一张要填的表：改一项、没写完的存在手机里、错在哪一项标在哪一项。表的内容在 data.form。

/**
 * @param {{ draft?: string, secret?: string[], kept?: (page: any) => boolean }} [given] 草稿在手机里叫什么，哪些项不留在手机里，
 *   这一页要不要留草稿
 * @returns {any}
 */
function form ({ draft, secret, kept } = {}) {
  const keeps = page => draft && (!kept || kept(page))
  /** @type {Record<string, any> & ThisType<any>} */
  const part = {
    set (name, value) {
      this.setData({ [`form.${name}`]: value, [`faults.${name}`]: '' })
      if (keeps(this)) wx.setStorageSync(draft, Object.assign({}, this.data.form, blank(secret || [])))
    },

    type (event) {
      this.set(event.currentTarget.dataset.name, event.detail.value)
    },

    pick (event) {
      this.set(event.currentTarget.dataset.name, event.detail.value)
    },

    /** 上次没有写完的；没有时为 undefined。 */
    restored () {
      const found = keeps(this) ? wx.getStorageSync(draft) : null
      if (found) this.setData({ form: Object.assign({}, this.data.form, found), restored: true })
      return found || undefined
    },

    dropDraft () {
      if (draft) wx.removeStorageSync(draft)
    },

    /** 必填的都填了没有；没有就标出来，滑到第一项。 */
    filled (needed) {
      const faults = {}
      for (const name of Object.keys(needed)) if (!String(this.data.form[name]).trim()) faults[name] = needed[name]
      return this.mark(faults)
    },

    mark (faults) {
      const names = Object.keys(faults)
      this.setData({ faults })
      if (names.length) this.goTo(names[0])
      return names.length === 0
    },

    // 服务器说哪几项有误：标在旁边，并滑到第一项；表上没有的那一项就说出来。
    faultsAtFields (told) {
      const faults = {}
      for (const name of Object.keys(told)) {
        const place = this.placeOf ? this.placeOf(name) : name
        if (place in this.data.form) faults[place] = sentence(told[name])
        else wx.showModal({ title: '没有办成', content: sentence(told[name]), showCancel: false, confirmText: '知道了' })
      }
      this.mark(faults)
    },

    goTo (name) {
      wx.pageScrollTo({ selector: `#field-${name}` })
    }
  }
  return part
}

const blank = names => Object.fromEntries(names.map(name => [name, '']))

// 错误可能在里面一层（如 onBehalfOf.reason）：取第一句话。
function sentence (told) {
  if (typeof told === 'string') return told
  return sentence(Object.values(told)[0])
}

module.exports = { form }
