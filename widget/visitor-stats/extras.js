// What only some widgets need: cards, digits, other languages than Vietnamese and English, and live figures.
export const rules = `:host([variant=digits]){display:inline-block}
.card{padding:.9em 1em;container-type:inline-size}
.card .heading{font-weight:400;font-size:.87em;background:0 0;color:var(--muted);padding:0}
.lead .row{display:flex;flex-flow:row-reverse wrap;justify-content:flex-end;align-items:baseline;column-gap:.5em}
.lead dd{font-size:1.85em;font-size:min(1.85em,13cqi);line-height:1.3;margin:0}
.lead dt{font-size:.8em}
.spark{display:block;width:100%;height:2.7em;margin:.3em 0 .7em;border-bottom:1px solid var(--border);overflow:visible;stroke:var(--accent);stroke-width:1.6;stroke-linejoin:round;fill:none}
.spark :first-child{stroke:none;fill:var(--accent);opacity:.14}
.card .rows{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(7.2em,100%),1fr));gap:.5em;font-size:.9em}
@container(min-width:13em){.short .rows{grid-template-columns:repeat(3,auto);justify-content:space-between}}
.card .rows dt{font-size:.88em}
.card .foot{padding:.4em 0 0}
.card.noted .spark{height:1.37em}
.digits .heading,.digits .lead{text-align:center}
.list .lead{padding:.6em .9em 0}
.digits .lead .row{display:block;padding:0}
.digits .lead dd{font-size:1em;line-height:0}
.reels{height:1.72em;max-width:100%;forced-color-adjust:none;stroke:#131a23;stroke-dasharray:20 2}
.wheels{stroke:#27323f;stroke-width:29}
.reels text{stroke:none;fill:#fff;font-size:19px;text-anchor:middle}
[aria-busy=true] .reels{visibility:hidden}`

const ENOUGH = 3e5
const OTHERS = /^(lo|km|th|zh|ja|ko|fr|ru|id|ms|es|de|pt|ar)$/

const coming = new Map()
// The texts of a language, English until they are here; `come` is called when they are.
export function texts(known, language, come, hint) {
  let file = language.split('-')[0]
  if (!OTHERS.test(file)) {
    hint('no texts in ' + language)
    return known.en
  }
  if (file == 'zh') file += /tw|hk|mo|hant/.test(language) ? '-Hant' : '-Hans'
  if (known[file]) return known[file]
  if (!coming.has(file)) {
    coming.set(
      file,
      fetch(new URL(`l/${file}.json`, import.meta.url), { credentials: 'omit' })
        .then((reply) => reply.json())
        .then((texts) => (known[file] = { ...known.en, ...texts })),
    )
  }
  coming.get(file).then(come, () => hint('texts did not load: ' + file))
  return known.en
}

// The first figure, large: above a line through the days, or as on an odometer.
export function lead(make, widget, box, rows, values, texts, language) {
  const row = rows.shift()
  box.append(make('dl', 'lead', {}, row))
  if (rows.every((row) => row.lastChild.textContent.length < 8)) box.className += ' short'
  if (widget.shape == 'card') return box.append(curve(values, texts.curve ?? (language == 'vi' ? '30 ngày qua' : 'Last 30 days')))
  box.className += ' list'
  const value = row.lastChild
  const wheels = widget.getAttribute('digits')
  const length = Math.min(wheels >= 1 ? wheels : 7, 12)
  const digits = value.figure != null ? String(value.figure).padStart(length, 0) : '–'.repeat(length)
  // A picture shrinks as a whole where there is no room for it. Screen readers read the number, not its digits.
  const reels = draw('svg', 'reels', { viewBox: `0 0 ${22 * digits.length - 2} 29`, 'aria-hidden': true })
  const text = draw('text', '', { x: [...digits].map((_, at) => 22 * at + 10), y: 21 })
  text.append(digits)
  const line = { d: `M0 14H${22 * digits.length}` }
  reels.append(draw('path', 'wheels', line), draw('path', '', line), text)
  value.replaceChildren(reels, make('span', 'unseen', {}, value.textContent))
}

function draw(tag, part, attributes) {
  const element = Document.prototype.createElementNS.call(document, 'http://www.w3.org/2000/svg', tag)
  attributes = { class: part, part, ...attributes }
  for (const name in attributes) element.setAttribute(name, attributes[name])
  return element
}

function curve(values, title) {
  const most = Math.max(...values, 1)
  const last = Math.max(values.length - 1, 1)
  const points = values.map((value, day) => [(1e3 * day) / last, 290 - (270 * value) / most].map(Math.round)).join(' ')
  const svg = draw('svg', 'spark', { viewBox: '0 0 1000 300', preserveAspectRatio: 'none', role: 'img', 'aria-label': title })
  svg.append(
    draw('polygon', '', { points: `0,300 ${points} 1000,300` }),
    draw('polyline', '', { points, 'vector-effect': 'non-scaling-stroke' }),
  )
  return svg
}

const statuses = new WeakMap()
// Screen readers must not read every change: once in five minutes, and only if the page wants it.
export function say(make, widget, root, rows) {
  let status = statuses.get(widget)
  if (widget.mode != 'polite') return status?.remove()
  if (!status) statuses.set(widget, (status = make('p', 'unseen', { role: 'status' })))
  if (!status.isConnected) root.append(status)
  const now = performance.now()
  if (!rows || now - (status.at ?? -ENOUGH) < ENOUGH) return
  status.at = now
  status.textContent = rows.map((row) => row.firstChild.textContent + ': ' + row.lastChild.lastChild.textContent).join(', ')
}

const streams = new Map()
// The stream comes beside the requests. Where it is refused or breaks, they go on alone, and it is tried again
// after 5 s to 5 min, each widget at a moment of its own.
export function listen(feed, site, wanted) {
  const held = streams.get(feed) ?? { tries: 0 }
  streams.set(feed, held)
  if (!wanted) {
    held.source?.close()
    held.source = clearTimeout(held.timer)
  } else if (!held.source) {
    const source = (held.source = new EventSource(site + '/stream'))
    source.onerror = () => {
      source.close()
      held.timer = setTimeout(() => {
        held.source = 0
        feed.look()
      }, Math.min(5e3 * 2 ** held.tries++, ENOUGH) * (0.8 + Math.random() * 0.4))
    }
    source.addEventListener('counts', (event) => {
      held.tries = 0
      const { generated_at, ...counts } = JSON.parse(event.data)
      feed.pushed(counts, generated_at)
    })
  }
}
