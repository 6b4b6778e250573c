export const rules=`:host([variant=digits]){display:inline-block}
.card{padding:.9em 1em;container-type:inline-size}
.card .heading{font-weight:400;font-size:.87em;background:0 0;color:var(--muted);padding:0}
.lead .row{display:flex;flex-flow:row-reverse wrap;justify-content:flex-end;align-items:baseline;column-gap:.5em}
.lead dd{font-size:1.85em;font-size:min(1.85em,13cqi);line-height:1.3;margin:0}
.lead dt{font-size:.8em}
.spark{display:block;width:100%;height:2.7em;margin:.3em 0 .7em;border-bottom:1px solid var(--border);overflow:visible;stroke:var(--accent);stroke-width:1.6;stroke-linejoin:round;fill:none}
.spark :first-child{stroke:none;fill:var(--accent);opacity:.14}
.card .rows{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(7.2em,100%),1fr));gap:.5em;font-size:.9em}
@container(min-width:13em){.short .rows{grid-template-columns:repeat(3,auto);justify-content:space-between}}
.card .rows dt{font-size:.88em}
.card .foot{padding:.4em 0 0}
.card.noted .spark{height:1.37em}
.digits .heading,.digits .lead{text-align:center}
.list .lead{padding:.6em .9em 0}
.digits .lead .row{display:block;padding:0}
.digits .lead dd{font-size:1em;line-height:0}
.reels{height:1.72em;max-width:100%;forced-color-adjust:none;stroke:#131a23;stroke-dasharray:20 2}
.wheels{stroke:#27323f;stroke-width:29}
.reels text{stroke:none;fill:#fff;font-size:19px;text-anchor:middle}
[aria-busy=true] .reels{visibility:hidden}`;const ENOUGH=3e5,OTHERS=/^(lo|km|th|zh|ja|ko|fr|ru|id|ms|es|de|pt|ar)$/,coming=new Map;export function texts(e,t,n,s){let o=t.split("-")[0];return OTHERS.test(o)?(o=="zh"&&(o+=/tw|hk|mo|hant/.test(t)?"-Hant":"-Hans"),e[o]?e[o]:(coming.has(o)||coming.set(o,fetch(new URL(`l/${o}.json`,import.meta.url),{credentials:"omit"}).then(e=>e.json()).then(t=>e[o]={...e.en,...t})),coming.get(o).then(n,()=>s("texts did not load: "+o)),e.en)):(s("no texts in "+t),e.en)}export function lead(e,t,n,s,o,i,a){const l=s.shift();if(n.append(e("dl","lead",{},l)),s.every(e=>e.lastChild.textContent.length<8)&&(n.className+=" short"),t.shape=="card")return n.append(curve(o,i.curve??(a=="vi"?"30 ngày qua":"Last 30 days")));n.className+=" list";const r=l.lastChild,d=t.getAttribute("digits"),u=Math.min(d>=1?d:7,12),c=r.figure!=null?String(r.figure).padStart(u,0):"–".repeat(u),h=draw("svg","reels",{viewBox:`0 0 ${22*c.length-2} 29`,"aria-hidden":!0}),m=draw("text","",{x:[...c].map((e,t)=>22*t+10),y:21});m.append(c);const f={d:`M0 14H${22*c.length}`};h.append(draw("path","wheels",f),draw("path","",f),m),r.replaceChildren(h,e("span","unseen",{},r.textContent))}function draw(e,t,n){const s=Document.prototype.createElementNS.call(document,"http://www.w3.org/2000/svg",e);n={class:t,part:t,...n};for(const e in n)s.setAttribute(e,n[e]);return s}function curve(e,t){const o=Math.max(...e,1),i=Math.max(e.length-1,1),n=e.map((e,t)=>[1e3*t/i,290-270*e/o].map(Math.round)).join(" "),s=draw("svg","spark",{viewBox:"0 0 1000 300",preserveAspectRatio:"none",role:"img","aria-label":t});return s.append(draw("polygon","",{points:`0,300 ${n} 1000,300`}),draw("polyline","",{points:n,"vector-effect":"non-scaling-stroke"})),s}const statuses=new WeakMap;export function say(e,t,n,s){let o=statuses.get(t);if(t.mode!="polite")return o?.remove();o||statuses.set(t,o=e("p","unseen",{role:"status"})),o.isConnected||n.append(o);const i=performance.now();if(!s||i-(o.at??-ENOUGH)<ENOUGH)return;o.at=i,o.textContent=s.map(e=>e.firstChild.textContent+": "+e.lastChild.lastChild.textContent).join(", ")}const streams=new Map;export function listen(e,t,n){const s=streams.get(e)??{tries:0};if(streams.set(e,s),n){if(!s.source){const n=s.source=new EventSource(t+"/stream");n.onerror=()=>{n.close(),s.timer=setTimeout(()=>{s.source=0,e.look()},Math.min(5e3*2**s.tries++,ENOUGH)*(.8+Math.random()*.4))},n.addEventListener("counts",t=>{s.tries=0;const{generated_at:n,...o}=JSON.parse(t.data);e.pushed(o,n)})}}else s.source?.close(),s.source=clearTimeout(s.timer)}