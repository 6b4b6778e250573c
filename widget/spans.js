// Figures within the page's own text: <span data-vstats="today"></span>, and the ids of Busuanzi and Vercount.
;(function (doc) {
  const tag = doc.currentScript || doc.querySelector('script[src*="/f.js"]')
  if (!tag || !tag.src || tag.vstats) return
  tag.vstats = 1
  const source = new URL(tag.src)
  const option = (name) => tag.getAttribute('data-' + name) || source.searchParams.get(name)
  const base = option('api') || source.href.replace(/\/f\.js.*/, '')
  // item, metric, whether it is this page's own
  const IDS = { site_pv: ['total', 'pageviews'], site_uv: ['total', 'visitors'], page_pv: ['total', 'pageviews', 1] }

  function wanted() {
    const found = []
    for (const element of doc.querySelectorAll('[data-vstats]')) {
      const own = (name) => element.getAttribute('data-' + name)
      found.push([element, own('vstats'), own('metric') || option('metric') || '', own('path') || ''])
    }
    for (const id in IDS)
      for (const name of ['busuanzi', 'vercount']) {
        const element = doc.getElementById(`${name}_value_${id}`)
        if (element) found.push([element, IDS[id][0], IDS[id][1], IDS[id][2] ? 'auto' : '', `${name}_container_${id}`])
      }
    return found
  }

  // Grouped as the widget does: by the language, or as asked.
  function written(value, element) {
    const [way, least] = (option('grouping') || 'auto').split(' ')
    const language = option('lang') || element.closest('[lang]')?.lang || 'vi'
    const plain = way == 'none' || ((way == 'min2' || least == 'min2') && value < 1e4)
    const locale = { comma: 'en', dot: 'de', space: 'fr' }[way] || language
    try {
      return value.toLocaleString(locale, { useGrouping: !plain })
    } catch {
      return value.toLocaleString('en', { useGrouping: !plain })
    }
  }

  async function fill() {
    const asked = new Map()
    for (const one of wanted()) {
      const path = one[3] == 'auto' ? location.pathname + location.search : one[3]
      const query = new URLSearchParams({ metric: one[2] || (path ? 'pageviews' : 'visits'), ...(path && { path }) })
      asked.set('' + query, [...(asked.get('' + query) || []), one])
    }
    for (const [query, all] of asked) {
      const items = [...new Set(all.map((one) => one[1]))]
      // What does not come leaves the page's own words where they are.
      const reply = await fetch(
        `${base}/api/v1/sites/${encodeURIComponent(option('site'))}/counter?items=${items}&${query}`,
        { credentials: 'omit' },
      ).catch(() => 0)
      if (!reply.ok) {
        if (reply.status < 500) console.info('vstats: ' + reply.status + ' for ' + query + ', ' + items)
        continue
      }
      const { counts } = await reply.json()
      for (const [element, item, , , container] of all) {
        if (counts[item] == null) continue
        element.textContent = written(counts[item], element)
        const around = container && doc.getElementById(container)
        if (around) around.style.display = 'inline'
      }
    }
  }

  const soon = () => setTimeout(() => fill().catch(() => 0), 400)
  if (doc.readyState == 'loading') doc.addEventListener('DOMContentLoaded', soon)
  else soon()
  // Another page of a single-page application, or one that was swapped in.
  doc.addEventListener('vstats', soon)
  setInterval(() => doc.hidden || soon(), 6e4)
})(document)
