/* Shortcuts: one letter each, none while somebody types, and all of them can be turned off. */

const STORED = 'vstats-keys'

function isOff() {
  try {
    return localStorage.getItem(STORED) === 'off'
  } catch {
    return false
  }
}

function isTyping(event) {
  const typing = event.target.closest && event.target.closest('input:not([type=checkbox]), select, textarea, [contenteditable]')
  return typing || event.ctrlKey || event.metaKey || event.altKey || event.isComposing
}

function click(selector) {
  const found = [...document.querySelectorAll(selector)].find(one => one.getClientRects().length || one.closest('details'))
  if (found) found.click()
  return Boolean(found)
}

function open(selector, field) {
  const menu = [...document.querySelectorAll(selector)].find(one => one.getClientRects().length)
  if (!menu) return false
  menu.open = !menu.open
  const target = menu.open && menu.querySelector(field)
  if (target) target.focus()
  else menu.querySelector('summary').focus()
  return true
}

function search() {
  const field = document.querySelector('dialog[open] input[type=search], input[type=search]')
  if (!field) return open('details.menu:has([name=dimension])', '[name=value]')
  field.focus()
  return true
}

const ACTIONS = {
  C: () => open('details[data-range]', '[name=from]'),
  X: () => open('details[data-compare]', 'a'),
  I: () => open('details[data-interval]', 'a'),
  '/': search,
  '?': () => { document.getElementById('help')?.showModal(); return true },
  ArrowLeft: () => click('[data-before]'),
  ArrowRight: () => click('[data-after]'),
  Escape: () => click('[data-clear]'),
}

function onKey(event) {
  if (event.defaultPrevented || isTyping(event) || isOff() || document.querySelector('dialog:modal')) return
  if (event.key.startsWith('Arrow') && event.target.closest('[role=tablist], [data-chart], .scroll, .scroll-x')) return
  if (event.shiftKey && event.key !== '?' && event.key !== '/') return
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key
  const done = ACTIONS[key] ? ACTIONS[key]() : /^[A-Z0-9]$/.test(key) && click(`[data-key="${key}"]`)
  if (done) event.preventDefault()
}

/** Begins to listen for shortcuts; the choice to have none is kept in this browser. */
export function watchKeys() {
  document.addEventListener('keydown', onKey)
  document.addEventListener('change', event => {
    if (event.target.id !== 'keys-on') return
    try {
      localStorage.setItem(STORED, event.target.checked ? 'on' : 'off')
    } catch { /* a browser that keeps nothing keeps the shortcuts */ }
  })
  document.addEventListener('click', () => {
    const box = document.getElementById('keys-on')
    if (box && !box.closest('dialog').open) box.checked = !isOff()
  })
}
