// 志愿队：我的，和社区里的。没有登录也可以看。
const { chosenCommunity, communityQuery } = require('../../lib/community')
const { TEAM_KINDS } = require('../../lib/labels')
const { listing, searching } = require('../../lib/listing')
const { screen } = require('../../lib/screen')

const WHICH = [{ value: 'mine', text: '我的' }, { value: 'all', text: '全部' }]
const PARTS = { leader: '我是队长', applied: '已申请，等队长同意', accepted: '我是队员', declined: '没有同意', left: '已退出' }

function card (team) {
  const part = team.part === 'leader' ? 'leader' : team.part ? team.status : team.myStatus
  return {
    id: team.id,
    name: team.name,
    about: [TEAM_KINDS[team.kind], team.communityName, team.speciality].filter(Boolean).join(' · '),
    members: team.memberCount === undefined ? '' : `${team.memberCount} 名队员`,
    mine: PARTS[part] || ''
  }
}

Page(screen(searching, {
  data: { rows: [], finished: false, ending: '', which: WHICH, picked: 'all', typed: '', q: '', signedIn: false, community: '' },

  onLoad (query) {
    if (query.which === 'mine' && getApp().api.signedIn()) this.setData({ picked: 'mine' })
  },

  async pick (event) {
    const picked = event.detail.value
    if (picked === 'mine' && !getApp().api.signedIn() && !await this.work('signIn', async () => { await getApp().api.beforePersonal(); return true })) return
    this.setData({ picked })
    await this.again()
  },

  asked () {
    if (this.data.picked === 'mine') return { path: '/me/teams' }
    const { q } = this.data
    // 找队的时候不限社区。
    return { path: '/teams', query: q ? { q } : chosenCommunity() ? communityQuery() : {} }
  }
}, listing(page => page.asked(), card)))
