// Figures within the page's own text: <span data-vstats="today"></span>, and the ids of Busuanzi and Vercount.
;(function (doc) {
  // An element hides the property of `document`, a field that of a form, that has its name: prototypes are asked instead.
  const own = (name) => Reflect.get(Document.prototype, name, doc)
  const ask = (name, ...what) => own(name).call(doc, ...what)
  const tag = own('currentScript') || ask('querySelector', 'script[src*="/f.js"]')
  if (!tag || !tag.src || tag.vstats) return
  tag.vstats = 1
  const source = new URL(tag.src)
  const option = (name) => tag.getAttribute('data-' + name) || source.searchParams.get(name)
  const base = option('api') || source.href.replace(/\/f\.js.*/, '')
  // item, metric, whether it is this page's own
  const IDS = { site_pv: ['total', 'pageviews'], site_uv: ['total', 'visitors'], page_pv: ['total', 'pageviews', 1] }

  function findSpans() {
    const found = []
    for (const element of ask('querySelectorAll', '[data-vstats]')) {
      const own = (name) => tag.getAttribute.call(element, 'data-' + name)
      found.push([element, own('vstats'), own('metric') || option('metric') || '', own('path') || ''])
    }
    for (const id in IDS)
      for (const name of ['busuanzi', 'vercount']) {
        const element = ask('getElementById', `${name}_value_${id}`)
        if (element) found.push([element, IDS[id][0], IDS[id][1], IDS[id][2] ? 'auto' : '', `${name}_container_${id}`])
      }
    return found
  }

  // Digits are grouped as in the widget: by the language or by the option.
  function format(value, element) {
    const [way, least] = (option('grouping') || 'auto').split(' ')
    const language = option('lang') || tag.getAttribute.call(tag.closest.call(element, '[lang]') ?? tag, 'lang') || 'vi'
    // Left alone it follows the language: Spanish writes 2146 but 30.277.
    const grouping = { useGrouping: way != 'none' && !(value < 1e4 && [way, least].includes('min2')) && undefined }
    const locale = { comma: 'en', dot: 'de', space: 'fr' }[way] || language
    try {
      return value.toLocaleString(locale, grouping)
    } catch {
      return value.toLocaleString('en', grouping)
    }
  }

  // The figures; where one is unknown there or not public, one more request for the rest.
  async function fetchCounts(query, items) {
    const url = `${base}/api/v1/sites/${encodeURIComponent(option('site'))}/counter?items=${items}&${query}`
    const reply = await fetch(url, { credentials: 'omit' }).catch(() => 0)
    const answer = (await reply.json?.().catch(() => 0)) || {}
    if (reply.ok) return answer
    if (reply.status < 500) console?.info('vstats: ' + reply.status + ' ' + url)
    const { parameter, allowed } = answer.errors?.[0] || {}
    const rest = items.filter((item) => allowed?.includes(item))
    return parameter == 'items' && rest[0] && rest.length < items.length ? fetchCounts(query, rest) : {}
  }

  async function fill() {
    const queries = new Map()
    for (const one of findSpans()) {
      const path = one[3] == 'auto' ? location.pathname + location.search : one[3]
      const query = new URLSearchParams({ metric: one[2] || (path ? 'pageviews' : 'visits'), ...(path && { path }) })
      queries.set('' + query, [...(queries.get('' + query) || []), one])
    }
    for (const [query, all] of queries) {
      // Without an answer the page's own words stay.
      const { counts } = await fetchCounts(query, [...new Set(all.map((one) => one[1]))])
      if (!counts) continue
      for (const [element, item, , , container] of all) {
        if (counts[item] == null) continue
        element.textContent = format(counts[item], element)
        const around = container && ask('getElementById', container)
        if (around) around.style.display = 'inline'
      }
    }
  }

  const soon = () => setTimeout(() => fill().catch(() => 0), 400)
  if (own('readyState') == 'loading') addEventListener('DOMContentLoaded', soon)
  else soon()
  // Another page of a single-page application, or one that was swapped in.
  addEventListener('vstats', soon, true)
  setInterval(() => own('hidden') || soon(), 6e4)
})(document)
