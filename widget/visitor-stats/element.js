class VisitorStats extends HTMLElement {
  static observedAttributes =
    'site,variant,items,metric,path,lang,labels,heading,heading-level,grouping,digits,href,api,refresh,live'.split(',')
  near = false
  #root = this.attachShadow({ mode: 'open' })
  #link = make('a', '')
  #feed
  #seen = new IntersectionObserver(
    (entries) => {
      this.near = entries.pop().isIntersecting
      this.#feed.look()
    },
    { rootMargin: '200px' },
  )

  connectedCallback() {
    this.#join()
    this.#seen.observe(this)
  }

  disconnectedCallback() {
    this.#seen.disconnect()
    this.near = false
    this.#feed.widgets.delete(this)
    this.#feed.look()
  }

  attributeChangedCallback(name, before, after) {
    if (this.isConnected && before != after) this.#join()
  }

  // Seconds between two requests.
  get pace() {
    const seconds = this.#attribute('refresh', 60)
    return seconds == 0 ? Infinity : Math.max(+seconds || 60, 15)
  }

  get mode() {
    return this.getAttribute('live')
  }

  get shape() {
    return this.#known('variant', this.#attribute('variant', 'list'), Object.keys(DEFAULT_ITEMS)) ?? 'list'
  }

  get figures() {
    const named = this.#attribute('items', '')
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item && this.#known('item', item, ITEMS))
    // By default, those that the site makes public.
    const { allowed } = this.#feed
    const usual = DEFAULT_ITEMS[this.shape].split(',').filter((item) => allowed.includes(item))
    return named.length ? named : usual.length ? usual : allowed
  }

  #known(what, name, names) {
    if (names.includes(name)) return name
    hint(`no ${what} ${name}`)
  }

  update() {
    this.paint()
    this.dispatchEvent(
      new CustomEvent('visitor-stats', {
        bubbles: true,
        detail: { state: this.#feed.state, counts: this.#feed.answer?.counts },
      }),
    )
  }

  #join() {
    const site = `${this.#attribute('api', BASE)}/api/v1/sites/${encodeURIComponent(this.#attribute('site', ''))}`
    let path = this.getAttribute('path')
    if (path == 'auto') path = location.pathname + location.search
    const metrics = (path ? 'pageviews' : 'visits,pageviews,visitors').split(',')
    const metric = this.#known('metric', this.#attribute('metric', metrics[0]), metrics) ?? metrics[0]
    const parameters = { metric, ...(path && { path }) }
    const query = '&' + new URLSearchParams(parameters)
    this.#feed?.widgets.delete(this)
    this.#feed = feeds.get(site + query) ?? new Feed(site, query)
    feeds.set(site + query, this.#feed)
    this.#feed.widgets.add(this)
    this.#feed.look()
    this.paint()
  }

  #attribute(name, otherwise) {
    return this.getAttribute(name) ?? otherwise
  }

  paint() {
    const language = languageOf(this)
    const base = language.split('-')[0]
    const leads = /card|digits/.test(this.shape)
    if (!extras && (leads || this.mode || !TEXTS[base])) {
      fetchExtras()
      // Meanwhile the content of the element, its picture, stays in sight.
      if (leads || !TEXTS[base]) return this.#root.replaceChildren(make('slot', ''))
    }
    const variant = leads && !extras.lead ? 'list' : this.shape
    this.#root.adoptedStyleSheets = extras?.sheet ? [SHEET, extras.sheet] : [SHEET]
    const texts = { ...(TEXTS[base] ?? extras?.texts?.(TEXTS, language, () => this.paint()) ?? TEXTS.en) }
    for (const pair of this.#attribute('labels', '').split(';')) {
      const [item, label] = pair.split('=')
      if (label) texts[item.trim()] = label.trim()
    }
    const loading = this.#feed.state == 'loading'
    const heading = this.#attribute('heading', texts.heading)
    const rows = this.#rows(texts, numbers(language, this.#attribute('grouping', 'auto')), loading)
    const spoken = rows.map((row) => row.firstChild.textContent + ': ' + row.lastChild.textContent)
    const box = make('div', 'box', { role: 'group', 'aria-label': heading || texts.heading, 'aria-busy': loading })
    if (texts.dir) box.dir = texts.dir
    if (heading && !/inline|badge/.test(variant)) {
      const level = this.#attribute('heading-level')
      box.append(make('p', 'heading', level ? { role: 'heading', 'aria-level': level } : {}, heading))
    }
    if (variant != 'list' && leads) extras.lead(make, this, box, rows, this.#feed.answer?.series?.values ?? [], texts)
    if (rows.length) box.append(make('dl', 'rows', {}, ...rows))
    const note = this.#note(texts)
    if (note) box.append(make('p', 'foot', {}, note))
    box.className = `${variant} ${variant == 'digits' ? 'list' : ''} ${note && 'noted noted' + rows.length}`
    if (note && variant == 'badge') box.title = note
    this.#show(box)
    extras?.say?.(make, this, this.#root, this.#feed.state == 'ready' && spoken.join(', '))
  }

  #rows(texts, number, loading) {
    const { state, answer } = this.#feed
    const known = /ready|stale/.test(state) ? answer.counts : {}
    return this.figures.map((item) => {
      const figure = known[item]
      const label = make('dt', 'label', {}, texts[item])
      if (item == 'online') label.prepend(make('span', 'dot', { 'aria-hidden': true }))
      const value = make('dd', 'value', {}, figure != null ? number(figure) : loading ? '00.000' : '–')
      value.figure = figure
      if (answer?.visitors_are && !/online|day|peak/.test(item)) value.title = texts.sum
      return make('div', 'row', { part: 'row ' + item }, label, value)
    })
  }

  // The link stays the same element: a new one would take the focus away at every refresh.
  #show(box) {
    const href = this.#attribute('href', '')
    let content = box
    if (/^(https?:)?\//.test(href)) {
      this.#link.href = href
      this.#link.replaceChildren(box)
      content = this.#link
    }
    if (this.#root.firstChild != content) {
      if (this.#root.firstChild) this.#root.firstChild.replaceWith(content)
      else this.#root.append(content)
    }
  }

  // Times come in the site's own time zone.
  #note(texts) {
    const { state, answer } = this.#feed
    if (/error|private/.test(state)) return texts.error
    if (state == 'stale') return `${texts.stale} ${answer.generated_at.slice(11, 16)}`
    const at = answer?.online_known_at
    return at && this.figures.includes('online') ? `${texts.online}: ${texts.last} ${at.slice(11, 16)}` : ''
  }
}

function make(tag, part, attributes, ...content) {
  const element = own('createElement').call(document, tag)
  attributes = { class: part, part, ...attributes }
  for (const name in attributes) element.setAttribute(name, attributes[name])
  element.append(...content)
  return element
}

// The language of the nearest element that names one.
function languageOf(element) {
  const tag = (element.getAttribute.call(element.closest('[lang]') ?? element, 'lang') || 'vi').replace('_', '-')
  try {
    return new Intl.Locale(tag).baseName.toLowerCase()
  } catch {
    hint('no language ' + tag)
    return 'en'
  }
}

// How a language, or the page, groups digits; left alone it follows the language: Spanish writes 2146 but 30.277.
function numbers(language, grouping) {
  const [way, least] = grouping.split(' ')
  if (!/^(auto|comma|dot|space|none|min2)$/.test(way)) hint('no grouping ' + way)
  const locale = { comma: 'en', dot: 'de', space: 'fr' }[way] ?? language
  // Older browsers take the option "min2" for true.
  return (value) =>
    value.toLocaleString(locale, {
      useGrouping: way != 'none' && !(value < 1e4 && [way, least].includes('min2')) && undefined,
    })
}

customElements.get('visitor-stats') || customElements.define('visitor-stats', VisitorStats)
