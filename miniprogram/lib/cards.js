// 服务器的一行变成卡片上要显示的：只留要用的，文字都在这里写好。
const settings = require('../settings')
const words = require('../utils/dianliang/words')
const { spanOf, fullDayOf } = require('./dates')
const { CATEGORIES, GROUPS, ITEM_KINDS } = require('./labels')

// 服务器给的图片地址可能不带域名。
function pictureOf (url) {
  return url && url[0] === '/' ? settings.baseUrl + url : url || ''
}

function wishCard (wish) {
  const about = [CATEGORIES[wish.category], GROUPS[wish.beneficiaryGroup]]
  const picture = wish.files && wish.files[0] && (wish.files[0].thumbnailUrl || wish.files[0].url)
  return {
    id: wish.id,
    title: wish.title,
    description: wish.description,
    about: about.join(' · '),
    state: wish.state,
    stateWord: words.states.wish[wish.state] || wish.state,
    who: [wish.wisher, wish.communityName].filter(Boolean).join(' · '),
    number: wish.number || '还没有编号',
    picture: pictureOf(picture),
    claimable: (wish.actions || []).indexOf('claim') >= 0
  }
}

function activityCard (activity) {
  const free = activity.capacity - activity.confirmed
  const mine = activity.mySignUp
  return {
    id: activity.id,
    title: activity.title,
    when: spanOf(activity.startsAt, activity.endsAt),
    place: activity.place,
    about: [activity.category, activity.teamName].filter(Boolean).join(' · '),
    places: free > 0 ? `还有 ${free} 个名额` : '名额已满，可以候补',
    full: free <= 0,
    state: activity.state,
    stateWord: words.states.activity[activity.state] || activity.state,
    mine: mine && ['cancelled', 'late_cancelled'].indexOf(mine.state) < 0 ? words.states.sign_up[mine.state] : ''
  }
}

function itemCard (item) {
  const left = item.available === null ? '' : item.available > 0 ? `还有 ${item.available} ${item.unit}` : '暂时没有了'
  const picture = item.picture || (item.files && item.files[0] && (item.files[0].thumbnailUrl || item.files[0].url))
  return {
    id: item.id,
    name: item.name,
    kind: ITEM_KINDS[item.kind],
    icon: { goods: 'gift', venue: 'home', activity_support: 'leaf' }[item.kind],
    points: item.points,
    unit: item.unit,
    left,
    out: item.available === 0,
    picture: pictureOf(picture)
  }
}

function orderCard (order) {
  return {
    id: order.id,
    number: order.number,
    title: order.lines.map(line => `${line.name} × ${line.quantity}`).join('，') || '场地预订',
    points: order.points,
    state: order.state,
    stateWord: words.states.redemption[order.state] || order.state,
    until: order.state === 'approved' && order.pickUpUntil ? `请在 ${fullDayOf(order.pickUpUntil)} 前领取` : ''
  }
}

module.exports = { pictureOf, wishCard, activityCard, itemCard, orderCard }
