/* Figures that change while a page is open: told by server-sent events, and written by the server. */
import { fetchDocument } from './dashboard.js'

let source = null
let path = ''

/** Writes the figures of an event into the places that carry their names. */
function write(figures) {
  for (const [name, text] of Object.entries(figures)) {
    for (const place of document.querySelectorAll(`[data-live="${name}"]`)) {
      if (place.textContent !== text) place.textContent = text
    }
  }
}

/** Fetches the parts of a page that change, and puts them in the place of the old ones. */
async function refresh() {
  try {
    const request = await fetchDocument(location.href)
    for (const fresh of request.response.querySelectorAll('[data-fresh]')) {
      const old = document.querySelector(`[data-fresh="${fresh.dataset.fresh}"]`)
      if (old && !old.contains(document.activeElement)) old.replaceWith(document.importNode(fresh, true))
    }
  } catch { /* the next event tries again */ }
}

function connect() {
  source = new EventSource(path)
  source.addEventListener('figures', event => {
    write(JSON.parse(event.data))
    if (document.querySelector('[data-fresh]')) refresh()
  })
}

function disconnect() {
  if (source) source.close()
  source = null
}

/** Listens to the stream that the page names, as long as the page can be seen. */
export function watchLive() {
  const named = document.querySelector('[data-stream]')?.dataset.stream || ''
  if (named === path) return
  disconnect()
  path = named
  if (path && !document.hidden) connect()
}

document.addEventListener('visibilitychange', () => {
  if (document.hidden) disconnect()
  else if (path && !source) connect()
})
