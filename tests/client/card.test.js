// The sample component in miniprogram-simulate, fed by the live server: a button for each of `actions`.
'use strict'

const assert = require('node:assert/strict')
const path = require('node:path')
const { test } = require('node:test')
const { JSDOM } = require('jsdom')
const { createWx } = require('./wx')

// The simulator wants a browser's globals before it is loaded.
const dom = new JSDOM('<!doctype html><body></body>')
for (const name of ['window', 'document', 'HTMLElement', 'Node', 'Event', 'CustomEvent', 'MutationObserver']) {
  global[name] = name === 'window' ? dom.window : dom.window[name]
}
const simulate = require('miniprogram-simulate')
const { createClient } = require('../../miniprogram_api_docs/client')

const CARD = path.resolve(__dirname, '../../miniprogram_api_docs/client/wish-card/wish-card')

function shown (wish) {
  const card = simulate.render(simulate.load(CARD), { wish })
  card.attach(document.createElement('page'))
  return card
}

const labels = card => card.querySelectorAll('.button').map(one => one.dom.textContent)
const state = card => card.querySelector('.state').dom.textContent

test('a wish has the buttons that the server offers, and new ones after a press', async () => {
  const api = createClient({ baseUrl: process.env.BASE_URL, wx: createWx('ning') })
  const me = await api.get('/me')
  const draft = await api.post('/wishes', {
    communityId: me.residency.communityId,
    title: '一床薄被子',
    description: '供暖以后屋里热。',
    category: 'goods',
    beneficiaryGroup: 'elder',
    estimatedCost: 90,
    disclosure: 'anonymous'
  })
  const card = shown(draft)
  assert.deepEqual([state(card), labels(card)], ['草稿', ['提交', '撤回']])

  const pressed = new Promise(resolve => card.addEventListener('press', event => resolve(event.detail)))
  card.querySelectorAll('.button')[0].dispatchEvent('tap')
  const { wish, action } = await pressed
  assert.deepEqual([wish.id, action], [draft.id, 'submit'])

  card.setData({ wish: await api.act(`/wishes/${wish.id}`, action) })
  assert.deepEqual([state(card), labels(card)], ['待审核', ['撤回']])
})

test('an action that the words do not know shows its name, so that nothing is lost', () => {
  const card = shown({ title: '一件小事', state: 'published', actions: ['claim', 'celebrate'] })
  assert.deepEqual(labels(card), ['认领', 'celebrate'])
})
