const colours = (values) =>
  'accent accent-text bg text muted border live'
    .split(' ')
    .map((name, at) => `--${name}:var(--vs-${name},#${values.split(' ')[at]});`)
    .join('')
const DARK = colours('4fc0dc 06222b 151c25 e9eef5 a2aebf 2b3543 4cd38a')
const RULES = `:host{${colours('0b6b88 fff fff 16202c 566174 e3e7ed 12813c')}display:block;font:var(--vs-font,inherit);color:var(--text);max-width:100%}
:host([hidden]){display:none}
:host([theme=dark]){${DARK}}
@media(prefers-color-scheme:dark){:host([theme=auto]){${DARK}}}
:host([variant=inline]),:host([variant=badge]){display:inline-block}
*{box-sizing:border-box;margin:0;print-color-adjust:exact}
a{color:inherit;text-decoration:none;display:inherit}
a:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
dd{font-variant-numeric:tabular-nums;font-weight:650;overflow-wrap:break-word;max-width:100%;margin-inline-start:auto}
dt{color:var(--muted)}
.list,.card,.badge .row{background:var(--bg);border:1px solid var(--border);border-radius:var(--vs-radius,8px);overflow:hidden}
.heading{font-weight:650;background:var(--accent);color:var(--accent-text);padding:.6em .9em}
.list dl{padding:.35em .9em .45em}
.list .row{display:flex;flex-wrap:wrap;align-items:baseline;column-gap:1em;padding:.42em 0}
.list .row+.row{border-top:1px solid var(--border)}
.inline *{display:inline}
.dot{display:inline-block;width:.55em;height:.55em;border-radius:50%;background:var(--live);margin-inline-end:.5em;vertical-align:.05em;forced-color-adjust:none}
.inline{margin-inline-start:-1.5em;clip-path:inset(0 0 0 1.5em)}
.inline[dir=rtl]{clip-path:inset(0 1.5em 0 0)}
.inline .row,.inline .foot{display:inline-block;padding-inline-start:1.5em}
.inline dt::after{content:": "}
.inline .row::before{content:"•";color:var(--muted);display:inline-block;width:1.5em;margin-inline-start:-1.5em;text-align:center}
.foot{font-size:.78em;line-height:1.3;color:var(--muted);padding:0 1.15em .1em}
.list.noted .rows{padding:.1em .9em}
.list.noted .row:first-child{padding-top:.18em}
.list.noted .row:last-child{padding-bottom:.17em}
.inline .foot{padding-inline-start:2em}
.badge{font-size:.85em;line-height:1.7}
.badge dl{display:flex;gap:.4em;flex-wrap:wrap}
.badge .row{display:flex;flex-wrap:wrap;border-radius:min(var(--vs-radius,8px),.35em);border-color:transparent}
.badge dt,.badge dd{padding:0 .55em}
.badge dt{flex-grow:1;background:#3e4856;color:#fff}
.badge dd{background:var(--accent);color:var(--accent-text)}
.badge .dot{background:#4cd38a}
.dot.off{background:var(--border)}
.unseen,.badge .foot{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
[aria-busy=true] dd{color:transparent;background:var(--border);border-radius:4px}`

// A sheet of our own passes every policy; before Safari 16.4 each widget has a `<style>` in its place.
let sheet
try {
  sheet = new CSSStyleSheet()
} catch {}
const rules = () => RULES + (extras?.rules ?? '')
sheet?.replaceSync(RULES)
