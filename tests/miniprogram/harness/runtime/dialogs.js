// What WeChat lays over a page: toasts, questions, choices. Real dialogs: the keyboard stays inside, Escape closes them.

function node (tag, className, text) {
  const made = document.createElement(tag)
  if (className) made.className = className
  if (text !== undefined) made.textContent = text
  return made
}

let stage = () => document.body
export const stageIn = place => { stage = () => place }

// Shows `fill(dialog, done)`; answers what it was done with, null when it was closed.
function ask (className, title, fill) {
  return new Promise(resolve => {
    const dialog = node('dialog', `asked ${className}`)
    const heading = node('h2', '', title)
    heading.id = `asked-${Math.random().toString(36).slice(2)}`
    dialog.setAttribute('aria-labelledby', heading.id)
    if (title) dialog.appendChild(heading)
    let answer = null
    const done = value => { answer = value; dialog.close() }
    dialog.addEventListener('close', () => { dialog.remove(); resolve(answer) })
    dialog.addEventListener('click', event => { if (event.target === dialog && className.includes('sheet')) dialog.close() })
    fill(dialog, done)
    stage().appendChild(dialog)
    dialog.showModal()
  })
}

function press (dialog, text, action, className) {
  const made = node('button', className || '', text)
  made.type = 'button'
  made.addEventListener('click', action)
  dialog.appendChild(made)
  return made
}

export const choose = (title, names, current) => ask('sheet', title, (dialog, done) => {
  const list = node('div', 'choices')
  names.forEach((name, index) => {
    const made = press(list, name, () => done(index))
    if (index === current) { made.setAttribute('aria-pressed', 'true'); made.autofocus = true }
  })
  dialog.appendChild(list)
  press(dialog, '取消', () => dialog.close(), 'quiet')
})

const picked = type => (title, { value, start, end }) => ask('sheet', title, (dialog, done) => {
  const field = node('input')
  Object.assign(field, { type, value: value || start || '', min: start || '', max: end || '' })
  field.setAttribute('aria-label', title)
  dialog.appendChild(field)
  press(dialog, '确定', () => { if (field.value && field.checkValidity()) done(field.value) }, 'main')
  press(dialog, '取消', () => dialog.close(), 'quiet')
})

export const pickDate = picked('date')
export const pickTime = picked('time')

export const confirm = ({ title, content, confirmText, cancelText, showCancel, editable, placeholderText }) =>
  ask('modal', title || '', (dialog, done) => {
    let field = null
    if (editable) {
      field = node('textarea')
      field.placeholder = placeholderText || ''
      field.setAttribute('aria-label', title || placeholderText)
      field.value = content || ''
      dialog.appendChild(field)
    } else if (content) dialog.appendChild(node('p', '', content))
    const row = node('div', 'row')
    if (showCancel !== false) press(row, cancelText || '取消', () => dialog.close(), 'quiet')
    press(row, confirmText || '确定', () => done({ content: field ? field.value : '' }), 'main')
    dialog.appendChild(row)
  })

export const typeIn = (title, label) => ask('modal', title, (dialog, done) => {
  const field = node('input')
  field.setAttribute('aria-label', label)
  dialog.appendChild(node('p', '', label))
  dialog.appendChild(field)
  const row = node('div', 'row')
  press(row, '取消', () => dialog.close(), 'quiet')
  press(row, '确定', () => { if (field.value) done(field.value) }, 'main')
  dialog.appendChild(row)
})

// Several things to tick, as WeChat asks for subscriptions: the names that were ticked.
export const tick = (title, options) => ask('modal', title, (dialog, done) => {
  const boxes = options.map(({ value, text }) => {
    const label = node('label')
    const box = node('input')
    Object.assign(box, { type: 'checkbox', checked: true, value })
    label.append(box, text)
    dialog.appendChild(label)
    return box
  })
  const row = node('div', 'row')
  press(row, '取消', () => dialog.close(), 'quiet')
  press(row, '允许', () => done(boxes.filter(box => box.checked).map(box => box.value)), 'main')
  dialog.appendChild(row)
})

export const look = shown => ask('picture', '', (dialog, done) => {
  const picture = node('img')
  Object.assign(picture, { src: shown, alt: '图片' })
  dialog.setAttribute('aria-label', '看图片')
  dialog.appendChild(picture)
  press(dialog, '关闭', () => done(true), 'quiet')
})

// A file from this computer stands for the camera and the album.
export function pickFiles (count) {
  return new Promise(resolve => {
    const field = node('input')
    Object.assign(field, { type: 'file', accept: 'image/*', multiple: count > 1, hidden: true })
    field.className = 'album'
    field.setAttribute('aria-label', '选图片')
    const done = files => { field.remove(); resolve(files) }
    field.addEventListener('change', () => done([...field.files].slice(0, count)))
    field.addEventListener('cancel', () => done([]))
    document.body.appendChild(field)
    field.click()
  })
}

let leaving = null

export function toast ({ title, duration, icon, mask }) {
  hideToast()
  const shown = node('div', `phone-toast${icon === 'loading' ? ' loading' : ''}${mask ? ' masked' : ''}`, title)
  shown.setAttribute('role', 'status')
  stage().appendChild(shown)
  if (icon !== 'loading' || duration) leaving = setTimeout(hideToast, duration || 1500)
}

export function hideToast () {
  clearTimeout(leaving)
  for (const shown of document.querySelectorAll('.phone-toast')) shown.remove()
}
