// The snippet, for Chrome 64, Firefox 67, Safari 12 and later: sends views, engagement, presence and events of one page to the service that served this file.
// It does the page no harm: it throws nothing into it, and has one global, no cookie, and no storage but the opt-out.
;((win, loc) => {
  // An element hides the property of `document` that has its name or id: the prototype is asked instead.
  let own = (name) => Reflect.get(Document.prototype, name, document)
  let ours = win.vstats || 0 // until we are here an element may go by that name
  let tag = own('currentScript') || own('querySelector').call(document, 'script[src*="/v.js"],script[data-site]') || new Image()
  let source = new URL(tag.src || loc)
  let option = (name, other) => [tag.getAttribute('data-' + name), source.searchParams.get(name), other].find((value) => value != null)
  let api = option('api') || source.origin + source.pathname.replace(/\/(v\/)?[^/]*$/, '/v')
  let site = tag.src && (option('site') || option('website-id') || option('domain'))
  let on = ours.on || {}
  if (on[site] === 1) return // frameworks run body scripts again: once for each site is enough
  on[site] = 1
  let auto = option('auto') != 'off'
  let spa = option('spa')
  // In seconds. A timer takes what is no number, or too large a one, for 0.
  let heartbeat = option('beat') || 60
  let pause = heartbeat >= 0 && heartbeat < 1e6 ? +heartbeat && Math.max(heartbeat, 15) : heartbeat == 'off' ? 0 : 60
  let id, address, key, viewTimer
  let quiet // seconds without input
  let spent, since // ms visible in all, without the stretch that runs since `since`

  let safely =
    (step) =>
    (...given) => {
      try {
        step(...given)
      } catch (error) {}
    }

  // Where storage is denied it counts as usual.
  safely(() => {
    site || console.info('vstats: no site')
    if ((win != win.top && option('frame', 'off') == 'off') ||
      (option('dnt', 'off') != 'off' && (navigator.globalPrivacyControl || navigator.doNotTrack == 1))
    ) site = 0
    if (/^#vstats=o..?$/.test(loc.hash)) localStorage.vstats = loc.hash.slice(8)
    if (localStorage.vstats == 'off') site = 0
  })()

  // Time first, then chance: 20 characters of base 36.
  let newId = () =>
    [Date.now(), ...crypto.getRandomValues(new Uint32Array(3))]
      .map((number) => number.toString(36))
      .join('')
      .slice(0, 20)

  // What is no string is no value.
  let stringOf = (value) => value === '' + value && value

  // An address as it is sent: without fragment, and no longer than the service reads: path and campaign stay.
  let cleanUrl = (value = loc.href) => {
    if (!stringOf(value)) return ''
    let url = new URL(value, loc)
    if (spa != 'hash') url.hash = ''
    if (url.href.length > 2e3) url.search = url.search.replace(/[?&](?!utm_)[^&]+/g, '')
    return url.href.slice(0, 2e3)
  }
  let referrer = cleanUrl(own('referrer'))

  let post = (kind, more, leaving) => {
    if (!site) return
    // Of nothing's kind: what a page adds to all objects must not get into it.
    let body = JSON.stringify({ __proto__: null, k: kind, s: site, i: id, u: address || cleanUrl(), ...more })
    let send = async (again) => {
      try {
        if (leaving && navigator.sendBeacon && navigator.sendBeacon(api, body)) return // a string is text/plain: no preflight
        let answer = await fetch(api, { method: 'POST', body: body, keepalive: true, credentials: 'omit' })
        let verdict = answer.headers.get('X-Vstats')
        if (answer.status == 503 && again) setTimeout(send, 5e3)
        else if (kind == 'v') {
          verdict == 'counted' || console.info('vstats: ' + verdict)
          dispatchEvent.call(document, new CustomEvent('vstats', { detail: verdict }))
        }
      } catch (error) {
        // Without a line it waits for one. Else the page took fetch away, or its CSP forbids connect-src.
        if (!navigator.onLine) setTimeout(send, 5e3)
        else new Image().src = api + '.gif?d=' + encodeURIComponent(body)
      }
    }
    send(1)
  }

  let postEngagement = () => {
    if (!since) return
    spent += performance.now() - since
    since = 0
    if (spent > 99) post('e', { d: spent | 0 }, 1)
  }

  let view = (given = {}) => {
    clearTimeout(viewTimer)
    postEngagement()
    id = newId()
    key = page()
    viewTimer = spent = quiet = 0
    address = cleanUrl(given.url)
    post('v', {
      r: cleanUrl(given.referrer || 0) || referrer,
      t: (stringOf(given.title) || own('title')).slice(0, 200),
      w: screen.width,
      b: navigator.webdriver,
    })
    referrer = address
    since = isHidden() ? 0 : performance.now()
  }

  let page = () => loc.pathname + (spa == 'query' ? loc.search : spa == 'hash' ? loc.hash : '')

  let onNavigation = () => {
    if (!id) return
    clearTimeout(viewTimer)
    viewTimer = page() != key && setTimeout(safely(view), 99) // the router sets the title
  }

  let isHidden = () => own('prerendering') || own('hidden')

  let onLeave = () => {
    if (viewTimer) view()
    postEngagement()
  }

  let onVisibility = () => {
    if (isHidden()) onLeave()
    else if (id) since || (since = performance.now())
    else if (auto) view()
  }

  // On the window and on the way down: whatever `document` hides, and boxes that scroll, are heard there.
  let listen = (names, step, target = win) =>
    names.split(' ').map((name) => target.addEventListener(name, safely(step), true))

  ;(win.vstats = safely((name, given = {}) => {
    if (name == 'pageview') view(given)
    else post('c', { n: name, p: given.props, x: newId() })
    ours(name, given) // the snippet of another site on this page
  })).on = on

  listen('visibilitychange prerenderingchange', onVisibility)
  listen('pagehide', onLeave)
  listen('pageshow', (event) => event.persisted && auto && view())
  listen('pointerdown keydown scroll', () => (quiet = 0))
  if (auto && spa != 'off') {
    // Without the Navigation API an element, or a variable of the page's, may go by that name.
    if (win.navigation == '[object Navigation]') listen('currententrychange', onNavigation, navigation)
    else {
      ;['pushState', 'replaceState'].map((name) => {
        let real = history[name]
        history[name] = (...given) => safely(onNavigation)(real.apply(history, given))
      })
      listen('popstate', onNavigation)
    }
  }
  if (pause) setInterval(safely(() => since && (quiet += pause) <= 1800 && post('p')), pause * 1e3)

  safely(() => {
    onVisibility()
    ours.q.forEach((call) => win.vstats(...call))
  })()
})(window, location)
