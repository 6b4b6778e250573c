/* Figures that change while a page is open: an event says that they did, and the server writes them anew. */
import { fetchDocument } from './dashboard.js'

const LEAST_WAIT = 3000
const FIRST_RETRY = 5000
let source = null
let place = null
let timer = 0
let waits = false
let at = 0

/** Fetches the parts of the page that change, and puts them in the place of the old ones. */
async function refresh() {
  waits = false
  at = Date.now()
  try {
    const part = (place || document.querySelector('[data-poll]'))?.dataset.part
    const request = await fetchDocument(location.href, part)
    const fresh = request.response.querySelectorAll('[data-fresh]')
    // What was waited for has come: the address has another page now.
    if (document.querySelector('[data-poll]') && !request.response.querySelector('[data-poll]')) location.reload()
    for (const one of fresh) exchange(one)
  } catch { /* the next event tries again */ }
}

/** Exchanges a part, unless somebody is working in it. */
function exchange(fresh) {
  const old = document.querySelector(`[data-fresh="${fresh.dataset.fresh}"]`)
  if (!old || old.contains(document.activeElement) || old.querySelector('details[open]')) return
  old.replaceWith(document.importNode(fresh, true))
}

function refreshSoon() {
  if (waits) return
  waits = true
  setTimeout(refresh, Math.max(0, at + LEAST_WAIT - Date.now()))
}

function connect() {
  const path = place.dataset.stream
  source = new EventSource(path)
  source.addEventListener('counts', refreshSoon)
  source.addEventListener('error', () => {
    if (!source || source.readyState !== EventSource.CLOSED) return
    source = null
    setTimeout(() => { if (!source && place && !document.hidden) connect() }, FIRST_RETRY * (1 + Math.random()))
  })
}

function disconnect() {
  if (source) source.close()
  source = null
}

/** Listens to the stream that the page names, or asks again and again, as long as the page can be seen. */
export function watchLive() {
  const named = document.querySelector('[data-stream]')
  if (named?.dataset.stream !== place?.dataset.stream) disconnect()
  place = named
  if (place && !source && !document.hidden) connect()
  clearInterval(timer)
  const each = Number((document.querySelector('[data-poll]') || place)?.dataset.poll || place?.dataset.each)
  if (each) timer = setInterval(() => { if (!document.hidden) refreshSoon() }, each * 1000)
}

document.addEventListener('visibilitychange', () => {
  if (document.hidden) disconnect()
  else watchLive()
})
