// Shows the OpenAPI document beside this page. Nothing is asked of any other host.
const viewer = document.getElementById('viewer')

// What the viewer leaves out for those who cannot see it: names of its parts, and the level of a heading.
const NAMES = { '.information-container': 'About', '.schemes-server-container': 'Key' }
const name = () => {
  for (const [selector, label] of Object.entries(NAMES)) {
    const part = viewer.querySelector(selector)
    part?.setAttribute('role', 'region')
    part?.setAttribute('aria-label', label)
  }
  for (const heading of viewer.querySelectorAll('.opblock-tag, .models > h4')) heading.setAttribute('aria-level', '2')
  for (const heading of viewer.querySelectorAll('.opblock h4')) heading.setAttribute('aria-level', '3')
  for (const heading of viewer.querySelectorAll('.opblock h5')) heading.setAttribute('aria-level', '4')
  for (const row of viewer.querySelectorAll('tr[data-param-name]'))
    for (const field of row.querySelectorAll('select, input, textarea'))
      field.setAttribute('aria-label', row.dataset.paramName)
  for (const field of viewer.querySelectorAll('.auth-container input')) field.setAttribute('aria-label', 'Key')
  for (const sample of viewer.querySelectorAll('pre')) sample.setAttribute('tabindex', '0')
}
new MutationObserver(name).observe(viewer, { childList: true, subtree: true })

SwaggerUIBundle({
  url: 'v1/openapi.json',
  dom_id: '#viewer',
  validatorUrl: null,
  defaultModelsExpandDepth: 0,
  supportedSubmitMethods: ['get'],
  syntaxHighlight: false,
})
