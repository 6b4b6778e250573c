// What only some widgets need: cards, digits, other languages than Vietnamese and English, and live figures.
export const sheet = new CSSStyleSheet()
sheet.replaceSync(`:host([variant=digits]){display:inline-block}
.card{padding:.9em 1em;position:relative}
.card .heading{font-weight:400;font-size:.87em;background:0 0;color:var(--muted);padding:0}
.lead dd{font-size:1.85em;line-height:1.3}
.lead dt{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.curve{display:block;width:100%;height:2.7em;margin:.3em 0 .7em;border-bottom:1px solid var(--border);overflow:visible;stroke:var(--accent);stroke-width:1.6;stroke-linejoin:round;fill:none}
.curve :first-child{stroke:none;fill:var(--accent);opacity:.14}
.card .rows{display:flex;flex-wrap:wrap;gap:.5em .7em;justify-content:space-between}
.card dt{font-size:.8em}
.card .foot{position:absolute;top:1.1em;inset-inline-end:1.2em;padding:0}
.digits .heading{text-align:center}
.list .lead{padding:.6em .9em 0;position:relative}
.lead .row{justify-content:center;padding:0}
.reels{display:flex;gap:2px;direction:ltr;font-size:.68em}
.reels span{width:1.06em;text-align:center;outline:1px solid transparent;outline-offset:-1px;border-radius:3px;background:linear-gradient(#3d4755 49%,#242d39 51%);color:#fff}
[aria-busy=true] .reels{visibility:hidden}`)

const ENOUGH = 3e5
const OTHERS = /^(lo|km|th|zh|ja|ko|fr|ru|id|ms|es|de|pt|ar)$/
const hinted = new Set()

function hint(message) {
  if (!hinted.has(message)) console.info('visitor-stats: ' + message)
  hinted.add(message)
}

const coming = new Map()
// The texts of a language, English until they are here; `come` is called when they are.
export function texts(known, language, come) {
  let file = language.split('-')[0]
  if (!OTHERS.test(file)) {
    hint('no texts in ' + language)
    return known.en
  }
  if (file == 'zh') file += /tw|hk|mo|hant/.test(language) ? '-Hant' : '-Hans'
  if (known[file]) return known[file]
  if (!coming.has(file)) {
    const address = new URL(`l/${file}.json`, import.meta.url)
    coming.set(
      file,
      fetch(address, { credentials: 'omit' })
        .then((reply) => reply.json())
        .then((texts) => (known[file] = { ...known.en, ...texts })),
    )
  }
  coming.get(file).then(come, () => hint('texts did not load: ' + file))
  return known.en
}

// The first figure, large: above a line through the days, or as on an odometer.
export function lead(make, widget, box, rows, values, texts) {
  const row = rows.shift()
  box.append(make('dl', 'lead', {}, row))
  if (widget.shape == 'card') return box.append(curve(values, texts.curve))
  const value = row.lastChild
  const wheels = widget.getAttribute('digits')
  const length = Math.min(wheels >= 1 ? wheels : 7, 12)
  const digits = value.figure != null ? String(value.figure).padStart(length, 0) : '–'.repeat(length)
  const reels = [...digits].map((digit) => make('span', '', {}, digit))
  // Screen readers read the number, not its digits.
  value.replaceChildren(make('span', 'reels', { 'aria-hidden': true }, ...reels), make('span', 'unseen', {}, value.textContent))
}

function curve(values, title) {
  const draw = (tag, attributes) => {
    const element = Document.prototype.createElementNS.call(document, 'http://www.w3.org/2000/svg', tag)
    for (const name in attributes) element.setAttribute(name, attributes[name])
    return element
  }
  const most = Math.max(...values, 1)
  const last = Math.max(values.length - 1, 1)
  const points = values.map((value, day) => [(1e3 * day) / last, 290 - (270 * value) / most].map(Math.round))
  const svg = draw('svg', {
    class: 'curve', part: 'spark', viewBox: '0 0 1000 300', preserveAspectRatio: 'none', role: 'img', 'aria-label': title,
  })
  svg.append(
    draw('polygon', { points: `0,300 ${points.join(' ')} 1000,300` }),
    draw('polyline', { points: points.join(' '), 'vector-effect': 'non-scaling-stroke' }),
  )
  return svg
}

const statuses = new WeakMap()
// Screen readers must not read every change: once in five minutes, and only if the page wants it.
export function say(make, widget, root, words) {
  let status = statuses.get(widget)
  if (widget.mode != 'polite') return status?.remove()
  if (!status) statuses.set(widget, (status = make('p', 'unseen', { role: 'status' })))
  if (!status.isConnected) root.append(status)
  const now = performance.now()
  if (!words || now - (status.at ?? -ENOUGH) < ENOUGH) return
  status.at = now
  status.textContent = words
}

const streams = new Map()
// The stream comes beside the requests: where it is refused or full, they go on alone and try it again.
export function listen(feed, site, wanted) {
  const held = streams.get(feed)
  if (!wanted) {
    held?.close()
    streams.delete(feed)
  } else if (!(held?.readyState < 2)) {
    const stream = new EventSource(site + '/stream')
    streams.set(feed, stream)
    // Left alone, browsers would reconnect every 5 s for ever and all at once: requests are rarer and spread out.
    stream.onerror = stream.close
    stream.addEventListener('counts', (event) => {
      const { generated_at, ...counts } = JSON.parse(event.data)
      feed.pushed(counts, generated_at)
    })
  }
}
