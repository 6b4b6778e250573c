// Where the snippet counts this page, the first request waits for its answer, so that visitors see themselves.
const counted = new Promise((go) => {
  const wait = () => setTimeout(go, 400)
  if (!own('querySelector').call(document, 'script[src*="/v.js"],script[src*="/v/"][data-site]')) go()
  else {
    addEventListener('vstats', wait, true)
    setTimeout(go, 2000)
  }
})

// What all widgets of one site, metric and page share: one answer, one timer, one request for all their items.
class Feed {
  constructor(site, query) {
    this._site = site
    this._query = query
    this._widgets = new Set()
    this._state = 'loading'
    this._allowed = ITEMS
    this._failures = 0
    // Later: the `answer`, when it came (`_known`), and whether the site shows no series (`_plain`).
  }

  // Sends a request now or later, when it is due; never for a hidden tab or a widget out of sight.
  look() {
    clearTimeout(this._timer)
    if (this._site.endsWith('/')) return hint('no site')
    const near = own('hidden') ? [] : [...this._widgets].filter((widget) => widget._near)
    extras?.listen?.(this, this._site, near.some((widget) => widget.mode == 'stream') && /visits$/.test(this._query))
    if (this._busy || !near.length) return
    const pause = Math.min(...near.map((widget) => widget._pace))
    const seconds = this._failures && (pause < Infinity || !this._answer) ? Math.min(30 * 2 ** this._failures, 600) : pause
    const left = this._at + seconds * this._luck - performance.now()
    if (this._sent != this._items() || left < 1) this._ask() // a timer drops fractions
    else if (left < Infinity) this._timer = setTimeout(() => this.look(), left)
  }

  _items() {
    const widgets = [...this._widgets]
    const figures = widgets.flatMap((widget) => widget._figures)
    const curve = !this._plain && widgets.some((widget) => widget.shape == 'card')
    return this._allowed.filter((item) => figures.includes(item)) + this._query + (curve ? '&series=30d' : '')
  }

  async _ask() {
    this._busy = true
    await counted
    this._sent = this._items()
    try {
      const url = `${this._site}/counter?items=${this._sent}`
      const reply = await fetch(url, { credentials: 'omit', signal: AbortSignal.timeout?.(1e4) })
      if (!reply.ok) {
        if (reply.status < 500) hint(reply.status + ' ' + url)
        if (reply.status < 404) {
          // Items that are unknown there or not public are left out: one more request for the rest.
          const [{ parameter, allowed }] = (await reply.json()).errors
          if (parameter == 'items') this._allowed = this._allowed.filter((item) => allowed.includes(item))
          else this._plain = 1
          if (this._items() != this._sent) return this._ask()
        }
        throw reply.status
      }
      this._answer = await reply.json()
      this._known = performance.now()
      this._failures = 0
      this._state = 'ready'
    } catch (reason) {
      this._failures++
      this._state = reason < 405 ? 'private' : performance.now() - this._known < 864e5 ? 'stale' : 'error'
    }
    this._busy = 0
    this._at = performance.now()
    this._luck = 900 + Math.random() * 200
    this._each((widget) => widget._update())
    this.look()
  }

  pushed(counts, generated_at) {
    if (!this._answer) return
    this._answer = { ...this._answer, generated_at, counts: { ...this._answer.counts, ...counts } }
    this._known = performance.now()
    this._state = 'ready'
    this._each((widget) => widget._update())
  }

  _renew() {
    this._each((widget) => widget._paint())
    this.look()
  }

  // A widget that fails leaves the others alone.
  _each(step) {
    for (const widget of this._widgets)
      try {
        step(widget)
      } catch {}
  }
}

const feeds = new Map()
addEventListener('visibilitychange', () => feeds.forEach((feed) => feed.look()), true)
