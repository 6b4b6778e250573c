// The page works without this; with it, what is chosen is shown at once and can be copied by a button.
const form = document.getElementById('form')
const widget = document.getElementById('widget')
const picture = document.getElementById('picture')
const problem = document.getElementById('problem')
const status = document.getElementById('status')
const WAITS = 200
let timer
let asked = 0

// The service tells what is wrong in English, whatever the page is in.
const tell = (wrong) => {
  const detail = document.createElement('span')
  detail.lang = 'en'
  detail.textContent = wrong
  problem.replaceChildren(...(wrong ? [document.body.dataset.problem + ' ', detail] : []))
}

// As the copied code does it, but without a style attribute, which this page forbids itself.
const dress = (style) => {
  for (const name of [...widget.style]) if (!(name in style)) widget.style.removeProperty(name)
  for (const [name, value] of Object.entries(style)) widget.style.setProperty(name, value)
}

const show = (built) => {
  tell(built.problem)
  const wanted = new Map(built.attributes)
  for (const name of widget.getAttributeNames()) {
    if (!wanted.has(name) && !['id', 'style'].includes(name)) widget.removeAttribute(name)
  }
  for (const [name, value] of wanted) widget.setAttribute(name, value)
  dress(built.style)
  picture.width = built.size.width
  picture.height = built.size.height
  picture.alt = built.title
  if (picture.getAttribute('src') !== built.picture) picture.src = built.picture
  for (const code of document.querySelectorAll('[data-code]')) code.textContent = built.codes[code.dataset.code]
  for (const code of document.querySelectorAll('[data-recipe]')) code.textContent = built.recipes[code.dataset.recipe]
}

const update = async () => {
  const number = ++asked
  const chosen = [...new FormData(form)].filter(([, value]) => value)
  const query = new URLSearchParams(chosen)
  const reply = await fetch('widget/code?' + query).catch(() => null)
  const built = await reply?.json().catch(() => null)
  // Whoever types on is answered once.
  if (number !== asked) return
  if (reply?.ok && built) {
    show(built)
    history.replaceState(null, '', '?' + query)
  } else problem.textContent = document.body.dataset[reply?.status === 404 ? 'noSite' : 'failed']
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
  const usual = button.textContent
  button.hidden = false
  button.addEventListener('blur', () => (button.textContent = usual))
  button.addEventListener('click', async () => {
    const code = document.querySelector(`[data-code=${button.dataset.copy}]`)
    status.textContent = ''
    try {
      await navigator.clipboard.writeText(code.textContent)
      status.textContent = button.textContent = document.body.dataset.copied
    } catch {
      getSelection().selectAllChildren(code)
      status.textContent = button.textContent = document.body.dataset.notCopied
    }
  })
}
