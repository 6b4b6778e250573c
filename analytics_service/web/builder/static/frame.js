// Inside the frame: posts its height to the page around it, and reloads while it is visible.
const postHeight = () =>
  parent.postMessage({ type: 'visitor-stats', height: document.body.scrollHeight }, '*')
if (parent !== self) {
  postHeight()
  new ResizeObserver(postHeight).observe(document.body)
}
const seconds = Number(document.currentScript?.dataset.refresh)
if (seconds) {
  const reload = () => (document.hidden ? 0 : location.reload())
  setTimeout(() => {
    reload()
    document.addEventListener('visibilitychange', reload)
  }, seconds * 1000 * (0.9 + Math.random() * 0.2))
}
