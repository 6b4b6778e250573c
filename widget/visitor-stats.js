// <visitor-stats>: who is online now, and the counts of the site's own calendar.
const TEXTS = {
  vi: {
    heading: 'Thống kê truy cập',
    online: 'Đang online',
    today: 'Hôm nay',
    yesterday: 'Hôm qua',
    week: 'Trong tuần',
    last_week: 'Tuần trước',
    month: 'Trong tháng',
    last_month: 'Tháng trước',
    year: 'Trong năm',
    total: 'Tất cả',
    peak: 'Cao nhất',
    error: 'Chưa có số liệu',
    stale: 'Số liệu lúc',
    sum: 'Tổng của từng ngày',
  },
  en: {
    heading: 'Visitor statistics',
    online: 'Online now',
    today: 'Today',
    yesterday: 'Yesterday',
    week: 'This week',
    last_week: 'Last week',
    month: 'This month',
    last_month: 'Last month',
    year: 'This year',
    total: 'All time',
    peak: 'Peak',
    error: 'Not available',
    stale: 'As of',
    sum: 'Sum of days',
  },
}
const DARK =
  '--a:var(--vs-accent,#4fc0dc);--i:var(--vs-accent-text,#06222b);--b:var(--vs-bg,#151c25);--t:var(--vs-text,#e9eef5);--m:var(--vs-muted,#a2aebf);--l:var(--vs-border,#2b3543);--o:var(--vs-live,#4cd38a)'
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
.foot{font-size:.78em;color:var(--m);padding:0 1.15em .75em}
.inline .foot{display:inline;padding:0 0 0 .7em}
[aria-busy=true] dd{color:transparent;background:var(--l);border-radius:4px}`)

const DEFAULTS = 'online,today,week,total'
const shared = new Map() // one fetch for a site, its metric and its items, however many widgets show them

// Where the snippet counts this page, the first look waits for its answer, so that a visitor sees himself.
const counted = new Promise((go) => {
  const wait = () => setTimeout(go, 400)
  if (!document.querySelector('script[src*="/v.js"]')) go()
  else {
    document.addEventListener('vstats', wait, { once: true })
    setTimeout(go, 2000)
  }
})

async function ask(url) {
  const kept = shared.get(url)
  if (kept && performance.now() - kept.at < 5000) return kept.answer
  const answer = fetch(url, { credentials: 'omit' }).then(async (reply) => {
    if (!reply.ok) throw reply.status
    return reply.json()
  })
  shared.set(url, { at: performance.now(), answer })
  return answer
}

class VisitorStats extends HTMLElement {
  static observedAttributes = 'site,variant,items,metric,lang,labels,heading,heading-level,grouping,href,api'.split(',')
  #root = this.attachShadow({ mode: 'open' })
  #state = 'loading'
  #failures = 0
  #answer
  #timer
  #near
  #seen = new IntersectionObserver(
    (entries) => {
      const near = entries.some((entry) => entry.isIntersecting)
      if (near && !this.#near) this.refresh()
      this.#near = near
    },
    { rootMargin: '200px' },
  )

  connectedCallback() {
    this.#root.adoptedStyleSheets = [SHEET]
    document.addEventListener('visibilitychange', this)
    this.#paint()
    this.#seen.observe(this)
  }

  disconnectedCallback() {
    document.removeEventListener('visibilitychange', this)
    this.#seen.disconnect()
    this.#near = false
    clearTimeout(this.#timer)
  }

  attributeChangedCallback(name, before, after) {
    if (!this.isConnected || before == after) return
    if (/site|items|metric|api/.test(name)) {
      if (name == 'site') {
        this.#answer = undefined
        this.#state = 'loading'
      }
      this.#paint()
      if (this.#near) this.refresh()
    } else this.#paint()
  }

  handleEvent() {
    clearTimeout(this.#timer)
    if (!document.hidden && this.#near) this.refresh()
  }

  #attribute(name, otherwise) {
    return this.getAttribute(name) ?? otherwise
  }

  #items() {
    return this.#attribute('items', DEFAULTS)
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item && item in TEXTS.en)
  }

  async refresh() {
    clearTimeout(this.#timer)
    await counted
    const api = this.#attribute('api', new URL(import.meta.url).origin)
    const site = encodeURIComponent(this.#attribute('site', ''))
    const metric = this.#attribute('metric', 'visits')
    const url = `${api}/api/v1/sites/${site}/counter?items=${this.#items()}&metric=${metric}`
    try {
      this.#answer = await ask(url)
      this.#state = 'ready'
      this.#failures = 0
    } catch (reason) {
      shared.delete(url)
      this.#failures++
      const age = this.#answer ? Date.now() - Date.parse(this.#answer.generated_at) : Infinity
      this.#state = age < 864e5 && reason != 404 ? 'stale' : 'error'
      if (reason == 404) {
        this.#state = 'private'
        console.info(`visitor-stats: no public counter for site "${this.#attribute('site', '')}"`)
      }
    }
    this.#paint()
    this.dispatchEvent(
      new CustomEvent('visitor-stats', {
        bubbles: true,
        detail: { state: this.#state, counts: this.#answer?.counts },
      }),
    )
    this.#again()
  }

  #again() {
    clearTimeout(this.#timer)
    const asked = +this.#attribute('refresh', 60)
    if (!asked || document.hidden || !this.isConnected) return
    const every = this.#failures ? Math.min(60 * 2 ** (this.#failures - 1), 600) : Math.max(asked, 15)
    this.#timer = setTimeout(() => this.#near && this.refresh(), every * (900 + Math.random() * 200))
  }

  #language() {
    return (this.getAttribute('lang') || this.closest('[lang]')?.lang || 'vi').toLowerCase()
  }

  #number(language) {
    const [way, least] = this.#attribute('grouping', 'auto').split(' ')
    const locale = { comma: 'en', dot: 'de', space: 'fr' }[way] ?? language
    const fewer = way == 'min2' || least == 'min2' ? 'min2' : true
    const format = (options) => {
      try {
        return new Intl.NumberFormat(locale, options)
      } catch {
        return new Intl.NumberFormat('en', options)
      }
    }
    const grouped = format({ useGrouping: way != 'none' && fewer })
    const plain = format({ useGrouping: false })
    // Older browsers take "min2" for true.
    return (value) => (fewer == 'min2' && value < 1e4 ? plain : grouped).format(value)
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
    const loading = this.#state == 'loading'
    const known = /ready|stale/.test(this.#state) ? this.#answer.counts : {}
    const rows = this.#items().map((item) => {
      const label = this.#element('dt', 'label', texts[item])
      if (item == 'online') {
        const dot = this.#element('span', 'dot')
        dot.setAttribute('aria-hidden', true)
        label.prepend(dot)
      }
      const value = this.#element('dd', 'value', known[item] != null ? number(known[item]) : loading ? '00.000' : '–')
      if (this.#answer?.visitors_are && !/online|day/.test(item)) value.title = texts.sum
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
    const note = this.#note(texts, language)
    if (note) box.append(this.#element('p', 'foot', note))
    this.#root.replaceChildren(this.#linked(box))
  }

  #linked(box) {
    const href = this.#attribute('href', '')
    if (!/^(https?:)?\//.test(href)) return box
    const link = this.#element('a', 'link', box)
    link.href = href
    return link
  }

  #note(texts, language) {
    if (/error|private/.test(this.#state)) return texts.error
    if (this.#state != 'stale') return ''
    const at = new Date(this.#answer.generated_at)
    const options = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: this.#answer.timezone }
    return `${texts.stale} ${at.toLocaleTimeString(language, options)}`
  }
}
customElements.get('visitor-stats') || customElements.define('visitor-stats', VisitorStats)
