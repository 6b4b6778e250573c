// The snippet: views, engagement, presence and events of one page, told to the service that served this file.
// It does no harm to the page: never throws into it, one global, no cookie, nothing stored but the opt-out.
;(function (win, doc, nav, loc) {
  var ours = win.vstats || {}
  var tag = doc.currentScript || doc.querySelector('script[src*="/v.js"],script[src*="/v/"][data-site]')
  if (!tag || !tag.src || ours.on) return // frameworks run body scripts again: once is enough
  var source = new URL(tag.src)
  var option = function (name, other) {
    return tag.getAttribute('data-' + name) ?? source.searchParams.get(name) ?? (other ? option(other) : null)
  }
  var wanted = function (name) {
    return (option(name) ?? 'off') != 'off'
  }
  var api = option('api') || source.origin + source.pathname.replace(/\/v(\/[^/]+)?\.js$|\/[^/]*$/, '/v')
  var site = option('site', 'website-id') || option('domain')
  var auto = option('auto') != 'off'
  var spa = option('spa') || 'path'
  var referrer = doc.referrer
  var id, address, key, soon, check, quiet // `quiet`: minutes without input
  var spent = 0 // ms visible in all, without the stretch that runs since `since`
  var since = 0
  var told = 0

  var silent = (win != win.top && !wanted('frame')) || (wanted('dnt') && (nav.globalPrivacyControl || nav.doNotTrack == 1))
  try {
    var fragment = /#vstats(-check)?=([\w-]+)/.exec(loc.hash) || []
    if (fragment[1]) check = fragment[2]
    else if (fragment[2]) localStorage.vstats = fragment[2]
    silent = silent || localStorage.vstats == 'off'
  } catch (e) {} // storage denied: count as usual

  function made() {
    // Time first, then chance: 9 + 9 characters of base 36.
    var chance = crypto.getRandomValues(new Uint32Array(2))
    return (
      Date.now().toString(36).padStart(9, 0) + (chance[0].toString(36) + chance[1].toString(36)).padStart(9, 0).slice(-9)
    )
  }

  function answered(answer) {
    doc.dispatchEvent(new CustomEvent('vstats', { detail: answer.headers.get('X-Vstats') }))
  }

  function post(kind, more, leaving) {
    if (silent || !site) return
    // Of nothing's kind: what a page adds to all objects must not get into it.
    var body = JSON.stringify(Object.assign(Object.create(null), { k: kind, s: site, i: id, u: address || loc.href }, more))
    try {
      if (leaving && nav.sendBeacon && nav.sendBeacon(api, body)) return // a string is text/plain: no preflight
    } catch (e) {}
    send(body, kind == 'v', 1)
  }

  function send(body, isView, again) {
    try {
      fetched(body, isView, again)
    } catch (e) {
      image(body) // the page took fetch away
    }
  }

  function image(body) {
    new Image().src = api + '.gif?d=' + encodeURIComponent(body)
  }

  function fetched(body, isView, again) {
    fetch(api, { method: 'POST', body: body, keepalive: true, credentials: 'omit' }).then(
      function (answer) {
        if (answer.status == 503 && again)
          setTimeout(send, (+answer.headers.get('Retry-After') || 5) * 1e3, body, isView)
        else if (isView) answered(answer)
      },
      function () {
        image(body) // the page's CSP may forbid connect-src
      },
    )
  }

  function engaged() {
    if (since) spent += performance.now() - since
    since = 0
    if (id && spent - told > 99) post('e', { d: Math.round((told = spent)) }, 1)
  }

  function view(given) {
    clearTimeout(soon)
    soon = 0
    engaged()
    given = given || {}
    id = made()
    key = page()
    spent = told = 0
    address = given.url ? new URL(given.url, loc.href).href : loc.href
    post('v', {
      r: given.referrer || referrer,
      t: given.title || doc.title,
      w: screen.width,
      b: nav.webdriver ? 1 : void 0,
      q: check,
    })
    check = void 0
    referrer = address
    quiet = 0
    if (shown()) since = performance.now()
  }

  function page() {
    return loc.pathname + (spa == 'query' ? loc.search : spa == 'hash' ? loc.hash : '')
  }

  function moved() {
    if (!id) return
    clearTimeout(soon)
    soon = page() != key && setTimeout(safely(view), 99) // the router sets the title
  }

  function shown() {
    return !doc.prerendering && doc.visibilityState != 'hidden'
  }

  function changed() {
    if (!shown()) {
      if (soon) view()
      engaged()
    } else if (id) since = since || performance.now()
    else if (auto) view()
  }

  function safely(step) {
    return function () {
      try {
        return step.apply(this, arguments)
      } catch (e) {}
    }
  }

  function listen(target, name, step) {
    target.addEventListener(name, safely(step), { passive: true })
  }

  win.vstats = safely(function (name, given) {
    if (name == 'pageview') view(given)
    else post('c', { n: name, p: given && given.props, x: made() })
  })
  win.vstats.on = 1

  listen(doc, 'visibilitychange', changed)
  listen(doc, 'prerenderingchange', changed)
  listen(win, 'pagehide', function () {
    if (soon) view()
    engaged()
  })
  listen(win, 'pageshow', function (event) {
    if (event.persisted && auto) view()
  })
  if (auto && spa != 'off') {
    // Without the Navigation API, an element with id="navigation" goes by that name.
    if (win.navigation && navigation.currentEntry) listen(navigation, 'currententrychange', moved)
    else {
      ;['pushState', 'replaceState'].forEach(function (name) {
        var real = history[name]
        history[name] = function () {
          var result = real.apply(this, arguments)
          safely(moved)()
          return result
        }
      })
      listen(win, 'popstate', moved)
    }
  }
  ;['pointerdown', 'keydown', 'scroll'].forEach(function (name) {
    listen(win, name, function () {
      quiet = 0
    })
  })
  var beat = option('beat') || 60
  if (beat != 'off')
    setInterval(
      safely(function () {
        if (since && quiet++ < 30) post('p')
      }),
      beat * 1e3,
    )

  safely(changed)()
  ;(ours.q || []).forEach(function (call) {
    win.vstats.apply(0, call)
  })
})(window, document, navigator, location)
