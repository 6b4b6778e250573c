/* The chart's point: under the pointer, a finger, or moved by the arrow keys. What it says stands in the table below. */

const GAP = 14

/** Reads the samples out of the table that shows the same figures. */
function readSamples(chart) {
  const table = chart.querySelector('[data-samples]')
  if (!table) return []
  const name = table.dataset.samples
  const heads = [...table.querySelectorAll('thead th')].map(head => head.textContent)
  return [...table.querySelectorAll('tbody tr')].map(row => ({
    x: Number(row.dataset.x),
    y: row.dataset.y === undefined ? null : Number(row.dataset.y),
    label: row.querySelector('th').textContent,
    cells: [...row.querySelectorAll('td')].map(cell => ({ text: cell.textContent, tone: cell.className })),
    heads,
    name,
  }))
}

function element(name, className, text = '') {
  const made = document.createElement(name)
  made.className = className
  made.textContent = text
  return made
}

/** Writes what a sample says: its time, its figure with the change, and the figure that it is compared with. */
function writeTip(tip, sample, flags) {
  const [now, before, change] = sample.cells
  const figure = element('p', '')
  figure.append(element('b', '', now.text), ` ${sample.name}`)
  if (change && change.text) figure.append(' ', element('b', '', change.text))
  tip.replaceChildren(element('p', 'm', sample.label), figure)
  if (before && before.text) tip.append(element('p', 'm', `${before.text} · ${sample.heads[2]}`))
  for (const flag of flags) tip.append(element('p', 'm', `⚑ ${flag}`))
}

class Point {
  constructor(chart, plot) {
    this.plot = plot
    this.area = plot.querySelector('svg.a')
    this.samples = readSamples(chart)
    this.flags = [...chart.querySelectorAll('.notes li')].map(note => note.lastElementChild.textContent)
    this.places = [...plot.querySelectorAll('line.flag')].map(line => Number(line.getAttribute('x1')) / 10)
    this.cursor = element('div', 'cursor')
    this.dot = element('div', 'point')
    this.tip = element('div', 'tip')
    this.at = -1
    for (const part of [this.cursor, this.dot, this.tip]) part.hidden = true
    plot.append(this.cursor, this.dot, this.tip)
  }

  /** Moves to the sample that is nearest to a place on the screen. */
  moveTo(clientX) {
    const box = this.area.getBoundingClientRect()
    const percent = 100 * (clientX - box.left) / box.width
    let nearest = 0
    this.samples.forEach((sample, number) => {
      if (Math.abs(sample.x - percent) < Math.abs(this.samples[nearest].x - percent)) nearest = number
    })
    this.show(nearest)
  }

  show(number) {
    const sample = this.samples[number]
    if (!sample || number === this.at) return
    this.at = number
    const box = this.area.getBoundingClientRect()
    const outer = this.plot.getBoundingClientRect()
    const left = box.left - outer.left + box.width * sample.x / 100
    const top = box.top - outer.top
    this.cursor.hidden = false
    this.cursor.style.left = `${left}px`
    this.cursor.style.top = `${top}px`
    this.cursor.style.height = `${box.height}px`
    this.dot.hidden = sample.y === null
    if (sample.y !== null) {
      this.dot.style.left = `${left}px`
      this.dot.style.top = `${top + box.height * sample.y / 100}px`
    }
    writeTip(this.tip, sample, this.flags.filter((_, place) => this.places[place] === sample.x))
    this.tip.hidden = false
    const room = outer.width - left - GAP
    const wide = this.tip.offsetWidth
    this.tip.style.left = `${Math.max(0, room >= wide ? left + GAP : left - GAP - wide)}px`
    this.tip.style.top = '0px'
  }

  hide() {
    this.at = -1
    for (const part of [this.cursor, this.dot, this.tip]) part.hidden = true
  }

  /** Says the sample aloud, for who cannot see it. */
  say() {
    const status = document.getElementById('said')
    if (status && this.at >= 0) status.textContent = [...this.tip.children].map(line => line.textContent).join('. ')
  }
}

function onKey(event, point) {
  const last = point.samples.length - 1
  const from = point.at < 0 ? last : point.at
  const target = { ArrowLeft: Math.max(0, from - (point.at < 0 ? 0 : 1)), ArrowRight: Math.min(last, from + 1), Home: 0, End: last }[event.key]
  if (event.key === 'Escape' && point.at >= 0) {
    event.preventDefault()
    point.hide()
  } else if (target !== undefined) {
    event.preventDefault()
    point.show(target)
    point.say()
  }
}

/** Makes every chart of the page answer to pointer and keys. */
export function watchChart() {
  for (const plot of document.querySelectorAll('[data-chart]:not([tabindex])')) {
    const point = new Point(plot.closest('.chart'), plot)
    if (!point.samples.length) continue
    const label = plot.querySelector('svg.a').getAttribute('aria-label')
    plot.tabIndex = 0
    plot.setAttribute('role', 'group')
    plot.setAttribute('aria-label', `${label}. ${plot.dataset.hint}`)
    plot.addEventListener('pointermove', event => point.moveTo(event.clientX))
    plot.addEventListener('pointerdown', event => point.moveTo(event.clientX))
    plot.addEventListener('pointerleave', event => { if (event.pointerType !== 'touch') point.hide() })
    plot.addEventListener('focus', () => { if (plot.matches(':focus-visible')) point.show(point.samples.length - 1) })
    plot.addEventListener('blur', () => point.hide())
    plot.addEventListener('keydown', event => onKey(event, point))
  }
}
