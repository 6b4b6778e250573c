class VisitorStats extends HTMLElement {
  // No fields in classes: Safari has them from 14.1 on.
  constructor() {
    super()
    this._root = this.attachShadow({ mode: 'open' })
    this._link = make('a', '')
    this._style = sheet ? '' : make('style', '')
    this._root.append(make('slot', ''), this._style)
    if (sheet) this._root.adoptedStyleSheets = [sheet]
    this._seen = new IntersectionObserver(
      (entries) => {
        this._near = entries.pop().isIntersecting
        this._feed.look()
      },
      { rootMargin: '200px' },
    )
    new MutationObserver(() => this.isConnected && this._join()).observe(this, { attributes: true })
  }

  connectedCallback() {
    this._join()
    this._seen.observe(this)
  }

  disconnectedCallback() {
    this._seen.disconnect()
    this._near = false
    this._feed._widgets.delete(this)
    this._feed.look()
  }

  // Seconds between two requests.
  get _pace() {
    const seconds = this._attribute('refresh', 60)
    return seconds == 0 ? Infinity : Math.max(+seconds || 60, 15)
  }

  get mode() {
    return this.getAttribute('live')
  }

  get shape() {
    return this._known('variant', this._attribute('variant', 'list'), Object.keys(DEFAULT_ITEMS)) ?? 'list'
  }

  get _figures() {
    const named = this._attribute('items', '')
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item && this._known('item', item, ITEMS))
    // By default, those that the site makes public.
    const allowed = this._feed._allowed
    const usual = DEFAULT_ITEMS[this.shape].split(',').filter((item) => allowed.includes(item))
    return named.length ? named : usual.length ? usual : allowed
  }

  _known(what, name, names) {
    if (names.includes(name)) return name
    hint(`no ${what} ${name}`)
  }

  _update() {
    this._paint()
    this.dispatchEvent(
      new CustomEvent('visitor-stats', {
        bubbles: true,
        detail: { state: this._feed._state, counts: this._feed._answer?.counts },
      }),
    )
  }

  _join() {
    const site = `${this._attribute('api', BASE)}/api/v1/sites/${encodeURIComponent(this._attribute('site', ''))}`
    let path = this.getAttribute('path')
    if (path == 'auto') path = location.pathname + location.search
    const metrics = (path ? 'pageviews' : 'visits,pageviews,visitors').split(',')
    const metric = this._known('metric', this._attribute('metric', metrics[0]), metrics) ?? metrics[0]
    const parameters = { metric, ...(path && { path }) }
    const query = '&' + new URLSearchParams(parameters)
    this._feed?._widgets.delete(this)
    this._feed = feeds.get(site + query) ?? new Feed(site, query)
    feeds.set(site + query, this._feed)
    this._feed._widgets.add(this)
    this._feed.look()
    this._paint()
  }

  _attribute(name, otherwise) {
    return this.getAttribute(name) ?? otherwise
  }

  _paint() {
    const language = languageOf(this)
    const base = language.split('-')[0]
    const leads = /card|digits/.test(this.shape)
    if (!extras && (leads || this.mode || !TEXTS[base])) {
      fetchExtras()
      // Meanwhile the content of the element, its picture, stays in sight.
      if (leads || !TEXTS[base]) return this._root.firstChild.replaceWith(make('slot', ''))
    }
    const variant = leads && !extras.lead ? 'list' : this.shape
    const known = TEXTS[base] ?? extras?.texts?.(TEXTS, language, () => this._paint(), hint) ?? TEXTS.en
    const texts = { ...known }
    for (const pair of this._attribute('labels', '').split(';')) {
      const [item, label] = pair.split('=')
      if (label) texts[item.trim()] = label.trim()
    }
    const loading = this._feed._state == 'loading'
    const heading = this._attribute('heading', texts.heading)
    const rows = this._rows(texts, numbers(known == TEXTS.en ? 'en' : language, this._attribute('grouping', 'auto')), loading)
    const box = make('div', 'box', { role: 'group', 'aria-label': heading || texts.heading, 'aria-busy': loading })
    box.dir = texts.dir || 'ltr'
    const note = this._note(texts)
    box.className = `${variant} ${note && 'noted'}`
    if (heading && !/inline|badge/.test(variant)) {
      const level = this._attribute('heading-level')
      box.append(make('p', 'heading', level ? { role: 'heading', 'aria-level': level } : {}, heading))
    }
    const spoken = [...rows]
    if (leads && extras.lead) extras.lead(make, this, box, rows, this._feed._answer?.series?.values ?? [], texts, base)
    if (rows.length) box.append(make('dl', 'rows', {}, ...rows))
    if (note) box.append(make('p', 'foot', {}, note))
    if (note && variant == 'badge') box.title = note
    this._show(box)
    extras?.say?.(make, this, this._root, this._feed._state == 'ready' && spoken)
  }

  _rows(texts, number, loading) {
    const { _state: state, _answer: answer } = this._feed
    const known = /ready|stale/.test(state) ? answer.counts : {}
    return this._figures.map((item) => {
      const figure = known[item]
      const label = make('dt', 'label', {}, texts[item])
      if (item == 'online')
        label.prepend(make('span', 'dot', { 'aria-hidden': true, class: state == 'ready' && figure != null ? 'dot' : 'dot off' }))
      const value = make('dd', 'value', {}, figure != null ? number(figure) : loading ? '00.000' : '–')
      value.figure = figure
      if (answer?.visitors_are && !/online|day|peak/.test(item)) value.title = texts.sum
      return make('div', 'row', { part: 'row ' + item }, label, value)
    })
  }

  // The link stays the same element: a new one would take the focus away at every refresh.
  _show(box) {
    const href = this._attribute('href', '')
    let content = box
    if (/^(https?:)?\//.test(href)) {
      this._link.href = href
      this._link.replaceChildren(box)
      content = this._link
    }
    if (this._root.firstChild != content) this._root.firstChild.replaceWith(content)
    if (!sheet) this._style.textContent = rules()
  }

  // Times come in the site's own time zone; one that is not of today has its date.
  _note(texts) {
    const { _state: state, _answer: answer } = this._feed
    const when = (at) =>
      at.slice(at.startsWith(new Date().toLocaleDateString('sv', { timeZone: answer.timezone })) ? 11 : 0, 16).replace('T', ' ')
    if (/error|private/.test(state)) return texts.error
    if (state == 'stale') return `${texts.stale} ${when(answer.generated_at)}`
    const at = answer?.online_known_at
    return at && this._figures.includes('online') ? `${texts.online}: ${texts.last} ${when(at)}` : ''
  }
}

const make = (tag, part, given, ...content) => {
  const element = own('createElement').call(document, tag)
  const attributes = { class: part, part, ...given }
  for (const name in attributes) element.setAttribute(name, attributes[name])
  element.append(...content)
  return element
}

// The language of the nearest element that names one.
const languageOf = (element) => {
  const tag = (element.getAttribute.call(element.closest('[lang]') ?? element, 'lang') || 'vi').replace('_', '-')
  try {
    return new Intl.Locale(tag).baseName.toLowerCase()
  } catch {
    hint('no language ' + tag)
    return 'en'
  }
}

// How a language, or the page, groups digits; left alone it follows the language: Spanish writes 2146 but 30.277.
const numbers = (language, grouping) => {
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
