// Inside the frame: tells the page around it how high it is, and asks again while somebody can see it.
const tell = () =>
  parent.postMessage({ type: 'visitor-stats', height: document.body.scrollHeight }, '*')
if (parent !== self) {
  tell()
  new ResizeObserver(tell).observe(document.body)
}
const seconds = Number(document.currentScript?.dataset.refresh)
if (seconds) {
  const again = () => (document.hidden ? 0 : location.reload())
  setTimeout(() => {
    again()
    document.addEventListener('visibilitychange', again)
  }, seconds * 1000 * (0.9 + Math.random() * 0.2))
}
