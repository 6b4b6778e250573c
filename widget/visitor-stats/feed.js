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
  widgets = new Set()
  state = 'loading'
  answer
  allowed = ITEMS
  #site
  #query
  #busy
  #sent
  #at
  #known // when the answer came
  #luck
  #failures = 0
  #timer
  #plain // the site shows no series

  constructor(site, query) {
    this.#site = site
    this.#query = query
  }

  // Sends a request now or later, when it is due; never for a hidden tab or a widget out of sight.
  look() {
    clearTimeout(this.#timer)
    if (this.#site.endsWith('/')) return hint('no site')
    const near = own('hidden') ? [] : [...this.widgets].filter((widget) => widget.near)
    extras?.listen?.(this, this.#site, near.some((widget) => widget.mode == 'stream') && /visits$/.test(this.#query))
    if (this.#busy || !near.length) return
    const pause = Math.min(...near.map((widget) => widget.pace))
    const seconds = this.#failures && pause < Infinity ? Math.min(30 * 2 ** this.#failures, 600) : pause
    const left = this.#at + seconds * this.#luck - performance.now()
    if (this.#sent != this.#items() || left < 1) this.#ask() // a timer drops fractions
    else if (left < Infinity) this.#timer = setTimeout(() => this.look(), left)
  }

  #items() {
    const widgets = [...this.widgets]
    const figures = widgets.flatMap((widget) => widget.figures)
    const curve = !this.#plain && widgets.some((widget) => widget.shape == 'card')
    return this.allowed.filter((item) => figures.includes(item)) + this.#query + (curve ? '&series=30d' : '')
  }

  async #ask() {
    this.#busy = true
    await counted
    this.#sent = this.#items()
    try {
      const url = `${this.#site}/counter?items=${this.#sent}`
      const reply = await fetch(url, { credentials: 'omit', signal: AbortSignal.timeout?.(1e4) })
      if (!reply.ok) {
        if (reply.status < 500) hint(reply.status + ' ' + url)
        if (reply.status < 404) {
          // Items that are unknown there or not public are left out: one more request for the rest.
          const [{ parameter, allowed }] = (await reply.json()).errors
          if (parameter == 'items') this.allowed = this.allowed.filter((item) => allowed.includes(item))
          else this.#plain = 1
          if (this.#items() != this.#sent) return this.#ask()
        }
        throw reply.status
      }
      this.answer = await reply.json()
      this.#known = performance.now()
      this.#failures = 0
      this.state = 'ready'
    } catch (reason) {
      this.#failures++
      this.state = reason < 405 ? 'private' : performance.now() - this.#known < 864e5 ? 'stale' : 'error'
    }
    this.#busy = 0
    this.#at = performance.now()
    this.#luck = 900 + Math.random() * 200
    this.#each('update')
    this.look()
  }

  pushed(counts, generated_at) {
    if (!this.answer) return
    this.answer = { ...this.answer, generated_at, counts: { ...this.answer.counts, ...counts } }
    this.#known = performance.now()
    this.state = 'ready'
    this.#each('update')
  }

  renew() {
    this.#each('paint')
    this.look()
  }

  // A widget that fails leaves the others alone.
  #each(step) {
    for (const widget of this.widgets)
      try {
        widget[step]()
      } catch {}
  }
}

const feeds = new Map()
addEventListener('visibilitychange', () => feeds.forEach((feed) => feed.look()), true)
