/* The dashboard's pages work without this script. With it they change in place: links and forms fetch the page
   they lead to as a document, and its parts take the place of those that are shown. */
import { watchChart } from './chart.js'
import { watchKeys } from './keys.js'
import { watchLive } from './live.js'

const FOCUSABLE = 'a[href], button, input, select, summary, [tabindex="0"]'
let newest = 0

/** Fetches a page, or one part of it, as a document in which no script runs. */
export function fetchDocument(address, part) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('GET', address)
    request.responseType = 'document'
    request.timeout = 30000
    if (part) request.setRequestHeader('X-Part', part)
    request.onload = () => request.response && request.status !== 503 ? resolve(request) : reject(new Error('no document'))
    request.onerror = request.ontimeout = () => reject(new Error('no answer'))
    request.send()
  })
}

/** Adds the tabs that are open to an address that says nothing of them. */
function withTabs(address) {
  const url = new URL(address, location.href)
  const here = new URLSearchParams(location.search)
  for (const part of document.querySelectorAll('section[data-part]')) {
    const name = part.dataset.part
    if (here.has(name) && !url.searchParams.has(name)) url.searchParams.set(name, here.get(name))
  }
  return url
}

/** Finds the focused element's place, and returns what focuses the one in that place later. */
function rememberFocus() {
  const part = document.activeElement && document.activeElement.closest('[data-part], .top')
  if (!part) return () => {}
  const place = [...part.querySelectorAll(FOCUSABLE)].indexOf(document.activeElement)
  const selector = part.dataset.part ? `[data-part="${part.dataset.part}"]` : '.top'
  return () => {
    const found = document.querySelectorAll(`${selector} :is(${FOCUSABLE})`)[place] || document.getElementById('main')
    found.focus({ preventScroll: true })
  }
}

function replace(fetched, selector) {
  const old = document.querySelector(selector)
  const fresh = fetched.querySelector(selector)
  if (old && fresh) old.replaceWith(document.importNode(fresh, true))
}

/** Shows the page of an address in the place of this one. */
export async function go(address, { push = true } = {}) {
  const url = withTabs(address)
  const turn = ++newest
  const main = document.getElementById('main')
  main.setAttribute('aria-busy', 'true')
  let request
  try {
    request = await fetchDocument(url.href)
  } catch {
    if (turn === newest) showOffline(main)
    return
  }
  if (turn !== newest) return
  const reached = new URL(request.responseURL)
  if (reached.pathname !== url.pathname || !request.response.getElementById('main')) {
    location.assign(url.href)
    return
  }
  const focus = rememberFocus()
  closeDrawer()
  document.title = request.response.title
  if (push) history.pushState(null, '', reached.href)
  replace(request.response, '.top')
  replace(request.response, '#main')
  replace(request.response, '#help')
  improve()
  focus()
}

function showOffline(main) {
  main.removeAttribute('aria-busy')
  const note = document.getElementById('offline')
  if (note) note.hidden = false
}

/** Exchanges one part of the page, as a tab asks. */
async function goInPart(link) {
  const section = link.closest('[data-part]')
  section.setAttribute('aria-busy', 'true')
  const url = withTabs(link.href)
  try {
    const request = await fetchDocument(url.href, section.dataset.part)
    const fresh = request.response.querySelector(`[data-part="${section.dataset.part}"]`)
    if (!fresh) throw new Error('no part')
    section.replaceWith(document.importNode(fresh, true))
    history.replaceState(null, '', url.href)
    improve()
    document.querySelector(`[data-part="${section.dataset.part}"] [aria-selected=true]`).focus()
  } catch {
    location.assign(url.href)
  }
}

async function openDrawer(address) {
  const url = withTabs(address)
  const open = document.querySelector('dialog.drawer')
  if (open) open.setAttribute('aria-busy', 'true')
  try {
    const request = await fetchDocument(url.href, 'drawer')
    const fresh = request.response.querySelector('dialog.drawer')
    if (!fresh) throw new Error('no drawer')
    const search = document.activeElement && document.activeElement.id === 'drawer-search'
    closeDrawer()
    document.body.append(document.importNode(fresh, true))
    history.pushState(null, '', url.href)
    improve()
    if (search) document.getElementById('drawer-search').focus()
  } catch {
    location.assign(url.href)
  }
}

function closeDrawer() {
  for (const drawer of document.querySelectorAll('dialog.drawer')) drawer.remove()
}

/** Closes the drawer and gives its place in the address back. */
function leaveDrawer(drawer) {
  const href = drawer.querySelector('[data-close]').href
  closeDrawer()
  history.pushState(null, '', withTabs(href).href)
}

function improveDrawer() {
  const drawer = document.querySelector('dialog.drawer')
  if (!drawer || drawer.matches(':modal')) return
  drawer.close()
  drawer.showModal()
  drawer.addEventListener('cancel', event => { event.preventDefault(); leaveDrawer(drawer) })
  drawer.addEventListener('click', event => { if (event.target === drawer) leaveDrawer(drawer) })
}

/** Gives a fresh page what only a script can. */
function improve() {
  improveDrawer()
  for (const tab of document.querySelectorAll('[role=tab][aria-selected=false]')) tab.tabIndex = -1
  for (const region of document.querySelectorAll('.scroll, .scroll-x')) {
    if (region.scrollHeight <= region.clientHeight && region.scrollWidth <= region.clientWidth && region.clientHeight) region.removeAttribute('tabindex')
  }
  watchChart()
  watchLive()
}

function isPlain(event) {
  return event.button === 0 && !event.ctrlKey && !event.metaKey && !event.altKey
}

function onClick(event) {
  const link = event.target.closest('a, button, [data-copy]')
  for (const menu of document.querySelectorAll('details.menu[open]')) {
    if (!menu.contains(event.target)) menu.open = false
  }
  if (!link || event.defaultPrevented || !isPlain(event)) return
  if (link.matches('[data-copy]')) copy(link)
  else if (link.matches('[data-help]')) { event.preventDefault(); document.getElementById('help').showModal() }
  else if (link.matches('[data-close]')) { event.preventDefault(); leaveDrawer(link.closest('dialog')) }
  else if (link.matches('a[data-tab]')) { event.preventDefault(); goInPart(link) }
  else if (link.matches('a[data-drawer]')) { event.preventDefault(); openDrawer(link.href) }
  else if (link.matches('a[data-go]') && (!event.shiftKey || link.dataset.not)) {
    event.preventDefault()
    go(event.shiftKey ? link.dataset.not : link.href)
  }
}

async function copy(button) {
  const text = document.getElementById(button.dataset.copy).textContent
  try {
    await navigator.clipboard.writeText(text)
    button.textContent = button.dataset.done
  } catch {
    getSelection().selectAllChildren(document.getElementById(button.dataset.copy))
  }
}

function onSubmit(event) {
  const form = event.target
  if (!form.matches('[data-form], form[data-drawer]') || form.method !== 'get') return
  event.preventDefault()
  const query = new URLSearchParams(new FormData(form, event.submitter))
  const address = `${location.pathname}?${query}`
  if (form.matches('[data-drawer]')) openDrawer(address)
  else go(address)
}

/** Moves among tabs with the arrow keys. */
function onTabKey(event) {
  const tab = event.target.closest('[role=tab]')
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
  if (!tab || !step) return
  event.preventDefault()
  const tabs = [...tab.closest('[role=tablist]').querySelectorAll('[role=tab]')]
  tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length].focus()
}

function onMenuEscape(event) {
  const menu = event.key === 'Escape' && document.querySelector('details.menu[open]')
  if (!menu) return
  event.preventDefault()
  menu.open = false
  menu.querySelector('summary').focus()
}

document.addEventListener('click', onClick)
document.addEventListener('submit', onSubmit)
document.addEventListener('keydown', onTabKey)
document.addEventListener('keydown', onMenuEscape)
addEventListener('popstate', () => go(location.href, { push: false }))
watchKeys()
improve()
