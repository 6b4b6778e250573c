// The page works without this; with it, what is chosen is shown at once and can be copied by a button.
const form = document.getElementById('form')
const widget = document.getElementById('widget')
const picture = document.getElementById('picture')
const problem = document.getElementById('problem')
const status = document.getElementById('status')
const WAITS = 200
let timer
let asked = 0

const show = (built) => {
  problem.textContent = built.problem
  const wanted = new Map(built.attributes)
  for (const name of widget.getAttributeNames()) {
    if (!wanted.has(name) && !['id', 'style'].includes(name)) widget.removeAttribute(name)
  }
  for (const [name, value] of wanted) widget.setAttribute(name, value)
  for (const name of ['accent', 'bg', 'text']) {
    if (built.colours[name]) widget.style.setProperty('--vs-' + name, built.colours[name])
    else widget.style.removeProperty('--vs-' + name)
  }
  picture.width = built.size.width
  picture.height = built.size.height
  picture.alt = built.title
  if (picture.getAttribute('src') !== built.picture) picture.src = built.picture
  for (const code of document.querySelectorAll('[data-code]')) code.textContent = built.codes[code.dataset.code]
}

const update = async () => {
  const number = ++asked
  const query = new URLSearchParams(new FormData(form))
  const reply = await fetch('widget/code?' + query).catch(() => null)
  // Whoever types on is answered once.
  if (number !== asked || !reply) return
  const built = await reply.json()
  if (reply.ok) {
    show(built)
    history.replaceState(null, '', '?' + query)
  } else problem.textContent = built.detail
}

if (widget) {
  form.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(update, WAITS)
  })
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    update()
  })
  update()
}

for (const button of document.querySelectorAll('[data-copy]')) {
  button.hidden = false
  button.addEventListener('click', async () => {
    const code = document.querySelector(`[data-code=${button.dataset.copy}]`)
    try {
      await navigator.clipboard.writeText(code.textContent)
      status.textContent = document.body.dataset.copied
    } catch {
      getSelection().selectAllChildren(code)
      status.textContent = document.body.dataset.notCopied
    }
  })
}
