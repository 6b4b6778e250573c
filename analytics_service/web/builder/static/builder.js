// The page works without this script; with it, changes show at once and buttons copy the code.
const form = document.getElementById('form')
const widget = document.getElementById('widget')
const picture = document.getElementById('picture')
const problem = document.getElementById('problem')
const status = document.getElementById('status')
const DELAY_MS = 200
let timer
let updates = 0

// The service writes problems in English, in whatever language the page is.
const showProblem = (text) => {
  const detail = document.createElement('span')
  detail.lang = 'en'
  detail.textContent = text
  problem.replaceChildren(...(text ? [document.body.dataset.problem + ' ', detail] : []))
}

// As in the copied code, but without a style attribute, which the page's own policy forbids.
const applyStyle = (style) => {
  for (const name of [...widget.style]) if (!(name in style)) widget.style.removeProperty(name)
  for (const [name, value] of Object.entries(style)) widget.style.setProperty(name, value)
}

const show = (built) => {
  showProblem(built.problem)
  const wanted = new Map(built.attributes)
  for (const name of widget.getAttributeNames()) {
    if (!wanted.has(name) && !['id', 'style'].includes(name)) widget.removeAttribute(name)
  }
  for (const [name, value] of wanted) widget.setAttribute(name, value)
  applyStyle(built.style)
  picture.width = built.size.width
  picture.height = built.size.height
  picture.alt = built.title
  if (picture.getAttribute('src') !== built.picture) picture.src = built.picture
  for (const code of document.querySelectorAll('[data-code]')) code.textContent = built.codes[code.dataset.code]
  for (const code of document.querySelectorAll('[data-recipe]')) code.textContent = built.recipes[code.dataset.recipe]
}

const update = async () => {
  const number = ++updates
  const chosen = [...new FormData(form)].filter(([, value]) => value)
  const query = new URLSearchParams(chosen)
  const reply = await fetch('widget/code?' + query).catch(() => null)
  const built = await reply?.json().catch(() => null)
  // Only the answer to the newest form is shown.
  if (number !== updates) return
  // Code of another site than the one that is named would be copied in error.
  const isUnknown = reply?.status === 404
  document.getElementById('codes').hidden = document.querySelector('.preview').hidden = isUnknown
  document.getElementById('site').setAttribute('aria-invalid', isUnknown)
  if (reply?.ok && built) {
    show(built)
    history.replaceState(null, '', '?' + query)
  } else problem.textContent = document.body.dataset[isUnknown ? 'noSite' : 'failed']
}

if (widget) {
  form.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(update, DELAY_MS)
  })
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    update()
  })
  update()
}

for (const button of document.querySelectorAll('[data-copy]')) {
  const label = button.textContent
  button.hidden = false
  button.addEventListener('blur', () => (button.textContent = label))
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
