// <visitor-stats>: who is online now, and the counts of the site's own calendar.
const TEXTS = {
  vi: {
    heading: 'Thống kê truy cập', online: 'Đang online',
    today: 'Hôm nay', yesterday: 'Hôm qua',
    week: 'Trong tuần', last_week: 'Tuần trước',
    month: 'Trong tháng', last_month: 'Tháng trước',
    year: 'Trong năm', total: 'Tất cả', peak: 'Cao nhất',
    error: 'Chưa có số liệu', stale: 'Số liệu lúc', sum: 'Tổng của từng ngày',
  },
  en: {
    heading: 'Visitor statistics', online: 'Online now',
    today: 'Today', yesterday: 'Yesterday',
    week: 'This week', last_week: 'Last week',
    month: 'This month', last_month: 'Last month',
    year: 'This year', total: 'All time', peak: 'Peak',
    error: 'Not available', stale: 'As of', sum: 'Sum of days',
  },
}
const DARK =
  '--a:var(--vs-accent,#4fc0dc);--i:var(--vs-accent-text,#06222b);--b:var(--vs-bg,#151c25);--t:var(--vs-text,#e9eef5);--m:var(--vs-muted,#a2aebf);--l:var(--vs-border,#2b3543);--o:var(--vs-live,#4cd38a)'
// The note's line, 1.404em, is taken from the padding around and between the rows: no state is taller than another.
const NOTED = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
  .map((rows) => {
    const first = `.noted.list .row:first-child:nth-last-child(${rows})`
    return `${first},${first}~.row{padding:${0.42 - 0.402 / rows}em 0}`
  })
  .join('')
const SHEET = new CSSStyleSheet()
SHEET.replaceSync(`:host{--a:var(--vs-accent,#0b6b88);--i:var(--vs-accent-text,#fff);--b:var(--vs-bg,#fff);--t:var(--vs-text,#16202c);--m:var(--vs-muted,#566174);--l:var(--vs-border,#e3e7ed);--o:var(--vs-live,#12813c);display:block;font:var(--vs-font,inherit);color:var(--t);max-width:100%}
:host([hidden]){display:none}
:host([variant=inline]){display:inline-block}
:host([theme=dark]){${DARK}}
@media(prefers-color-scheme:dark){:host([theme=auto]){${DARK}}}
*{box-sizing:border-box;margin:0}
a{color:inherit;text-decoration:none;display:inherit}
a:focus-visible{outline:2px solid var(--a);outline-offset:2px}
dd{font-variant-numeric:tabular-nums;font-weight:650}
dt{color:var(--m)}
.dot{display:inline-block;width:.55em;height:.55em;border-radius:50%;background:var(--o);margin-inline-end:.5em;vertical-align:.05em;forced-color-adjust:none}
.list{background:var(--b);border:1px solid var(--l);border-radius:var(--vs-radius,8px);overflow:hidden}
.heading{font-weight:650;background:var(--a);color:var(--i);padding:.6em .9em}
.list dl{padding:.35em .9em .45em}
.list .row{display:flex;justify-content:space-between;gap:1em;padding:.42em 0}
.list .row+.row{border-top:1px solid var(--l)}
.inline dl,.inline dt,.inline dd{display:inline}
.inline .row{display:inline-block;white-space:nowrap}
.inline dt::after{content:":\\a0"}
.inline .row:not(:last-child)::after{content:"•";color:var(--m);margin:0 .55em}
.foot{font-size:.78em;line-height:1.3;color:var(--m);padding:0 1.15em .5em}
.list.noted dl{padding:.2em .9em 0}
${NOTED}
.inline .foot{display:inline;white-space:nowrap;padding:0 0 0 .7em}
[aria-busy=true] dd{color:transparent;background:var(--l);border-radius:4px}`)

const ITEMS = Object.keys(TEXTS.en).slice(1, 11)

// Where the snippet counts this page, the first look waits for its answer, so that a visitor sees himself.
const counted = new Promise((go) => {
  const wait = () => setTimeout(go, 400)
  if (!document.querySelector('script[src*="/v.js"]')) go()
  else {
    document.addEventListener('vstats', wait, { once: true })
    setTimeout(go, 2000)
  }
})

// What all widgets of one site and metric share: one answer, one clock, one request for the items of all.
class Feed {
  widgets = new Set()
  state = 'loading'
  answer
  #address
  #busy
  #asked
  #at
  #known // when the answer came
  #luck
  #failures = 0
  #timer

  constructor(address) {
    this.#address = address
  }

  // Asks now if it is time, else later; never for a tab or a widget that nobody sees.
  look() {
    clearTimeout(this.#timer)
    const near = [...this.widgets].filter((widget) => widget.near)
    if (this.#busy || document.hidden || !near.length) return
    const pause = Math.min(...near.map((widget) => widget.pace))
    const seconds = this.#failures && pause < Infinity ? Math.min(30 * 2 ** this.#failures, 600) : pause
    const left = this.#at + seconds * this.#luck - performance.now()
    if (this.#asked != this.#items() || left < 1) this.#ask() // a timer drops fractions
    else if (left < Infinity) this.#timer = setTimeout(() => this.look(), left)
  }

  #items() {
    const shown = [...this.widgets].flatMap((widget) => widget.items)
    return ITEMS.filter((item) => shown.includes(item)).join()
  }

  async #ask() {
    this.#busy = true
    await counted
    this.#asked = this.#items()
    try {
      const url = this.#address.replace('*', this.#asked)
      const reply = await fetch(url, { credentials: 'omit', signal: AbortSignal.timeout?.(1e4) })
      if (!reply.ok) throw reply.status
      this.answer = await reply.json()
      this.#known = performance.now()
      this.#failures = 0
      this.state = 'ready'
    } catch (reason) {
      this.#failures++
      if (reason == 404 && this.state != 'private') console.info('visitor-stats: no public counter at ' + this.#address)
      this.state = reason == 404 ? 'private' : performance.now() - this.#known < 864e5 ? 'stale' : 'error'
    }
    this.#busy = false
    this.#at = performance.now()
    this.#luck = 900 + Math.random() * 200
    for (const widget of this.widgets) widget.told()
    this.look()
  }
}

const feeds = new Map()
document.addEventListener('visibilitychange', () => feeds.forEach((feed) => feed.look()))

class VisitorStats extends HTMLElement {
  static observedAttributes =
    'site,variant,items,metric,lang,labels,heading,heading-level,grouping,href,api,refresh'.split(',')
  near = false
  #root = this.attachShadow({ mode: 'open' })
  #link = document.createElement('a')
  #feed
  #seen = new IntersectionObserver(
    (entries) => {
      this.near = entries.pop().isIntersecting
      this.#feed.look()
    },
    { rootMargin: '200px' },
  )

  connectedCallback() {
    this.#root.adoptedStyleSheets = [SHEET]
    this.#join()
    this.#seen.observe(this)
  }

  disconnectedCallback() {
    this.#seen.disconnect()
    this.near = false
    this.#feed.widgets.delete(this)
  }

  attributeChangedCallback(name, before, after) {
    if (this.isConnected && before != after) this.#join()
  }

  // Seconds between two looks.
  get pace() {
    const asked = this.#attribute('refresh', 60)
    return asked == 0 ? Infinity : Math.max(+asked || 60, 15)
  }

  get items() {
    return this.#attribute('items', 'online,today,week,total')
      .split(',')
      .map((item) => item.trim())
      .filter((item) => ITEMS.includes(item))
  }

  told() {
    this.#paint()
    this.dispatchEvent(
      new CustomEvent('visitor-stats', {
        bubbles: true,
        detail: { state: this.#feed.state, counts: this.#feed.answer?.counts },
      }),
    )
  }

  #join() {
    const api = this.#attribute('api', new URL(import.meta.url).origin)
    const site = encodeURIComponent(this.#attribute('site', ''))
    const metric = encodeURIComponent(this.#attribute('metric', 'visits'))
    const address = `${api}/api/v1/sites/${site}/counter?items=*&metric=${metric}`
    this.#feed?.widgets.delete(this)
    this.#feed = feeds.get(address) ?? new Feed(address)
    feeds.set(address, this.#feed)
    this.#feed.widgets.add(this)
    this.#paint()
    this.#feed.look()
  }

  #attribute(name, otherwise) {
    return this.getAttribute(name) ?? otherwise
  }

  #language() {
    return (this.getAttribute('lang') || this.closest('[lang]')?.lang || 'vi').toLowerCase().replace('_', '-')
  }

  #number(language) {
    const [way, least] = this.#attribute('grouping', 'auto').split(' ')
    const locale = { comma: 'en', dot: 'de', space: 'fr' }[way] ?? language
    const fewer = way == 'min2' || least == 'min2'
    const format = (options) => {
      try {
        return new Intl.NumberFormat(locale, options)
      } catch {
        return new Intl.NumberFormat('en', options)
      }
    }
    // Left alone, it follows the language: Spanish writes 2146 but 30.277.
    const grouped = format(way == 'none' ? { useGrouping: false } : {})
    const plain = format({ useGrouping: false })
    // Older browsers take the option "min2" for true.
    return (value) => (fewer && value < 1e4 ? plain : grouped).format(value)
  }

  #element(tag, part, ...content) {
    const element = document.createElement(tag)
    if (part) {
      element.className = part
      element.setAttribute('part', part)
    }
    element.append(...content)
    return element
  }

  #paint() {
    const language = this.#language()
    const texts = { ...(TEXTS[language.split('-')[0]] ?? TEXTS.en) }
    for (const pair of this.#attribute('labels', '').split(';')) {
      const [item, label] = pair.split('=')
      if (label) texts[item.trim()] = label.trim()
    }
    const shape = this.#attribute('variant') == 'inline' ? 'inline' : 'list'
    const number = this.#number(language)
    const { state, answer } = this.#feed
    const loading = state == 'loading'
    const known = /ready|stale/.test(state) ? answer.counts : {}
    const rows = this.items.map((item) => {
      const label = this.#element('dt', 'label', texts[item])
      if (item == 'online') {
        const dot = this.#element('span', 'dot')
        dot.setAttribute('aria-hidden', true)
        label.prepend(dot)
      }
      const value = this.#element('dd', 'value', known[item] != null ? number(known[item]) : loading ? '00.000' : '–')
      if (answer?.visitors_are && !/online|day|peak/.test(item)) value.title = texts.sum
      const row = this.#element('div', 'row', label, value)
      row.setAttribute('part', 'row ' + item)
      return row
    })
    const heading = this.#attribute('heading', texts.heading)
    const box = this.#element('div', 'box')
    box.classList.add(shape)
    box.setAttribute('role', 'group')
    box.setAttribute('aria-label', heading || texts.heading)
    box.setAttribute('aria-busy', loading)
    if (heading && shape == 'list') {
      const title = this.#element('p', 'heading', heading)
      const level = this.#attribute('heading-level')
      if (level) {
        title.setAttribute('role', 'heading')
        title.setAttribute('aria-level', level)
      }
      box.append(title)
    }
    box.append(this.#element('dl', 'rows', ...rows))
    const note = this.#note(texts)
    if (note) {
      box.classList.add('noted')
      box.append(this.#element('p', 'foot', note))
    }
    this.#show(box)
  }

  // The link stays the same element: a new one would take the focus away at every refresh.
  #show(box) {
    const href = this.#attribute('href', '')
    if (!/^(https?:)?\//.test(href)) return this.#root.replaceChildren(box)
    this.#link.href = href
    this.#link.replaceChildren(box)
    if (this.#root.firstChild != this.#link) this.#root.replaceChildren(this.#link)
  }

  #note(texts) {
    const { state, answer } = this.#feed
    if (/error|private/.test(state)) return texts.error
    if (state != 'stale') return ''
    const options = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: answer.timezone }
    return `${texts.stale} ${new Date(answer.generated_at).toLocaleTimeString('en', options)}`
  }
}
customElements.get('visitor-stats') || customElements.define('visitor-stats', VisitorStats)
