// <visitor-stats>: who is online now, and the counts of the site's own calendar.
const TEXTS = {
  vi: {
    heading: 'Thống kê truy cập', online: 'Đang online',
    today: 'Hôm nay', yesterday: 'Hôm qua',
    week: 'Trong tuần', last_week: 'Tuần trước',
    month: 'Trong tháng', last_month: 'Tháng trước',
    year: 'Trong năm', total: 'Tất cả', peak: 'Cao nhất',
    error: 'Chưa có số liệu', stale: 'Số liệu lúc', sum: 'Tổng của từng ngày',
    last: 'lần cuối lúc',
  },
  en: {
    heading: 'Visitor statistics', online: 'Online now',
    today: 'Today', yesterday: 'Yesterday',
    week: 'This week', last_week: 'Last week',
    month: 'This month', last_month: 'Last month',
    year: 'This year', total: 'All time', peak: 'Peak',
    error: 'Not available', stale: 'As of', sum: 'Sum of days',
    last: 'last known at',
  },
}
const ITEMS = Object.keys(TEXTS.en).slice(1, 11)
// The items of each variant by default; the first one of a card or of digits is large.
const DEFAULT_ITEMS = {
  list: 'online,today,week,total',
  inline: 'online,today,week,total',
  badge: 'online',
  card: 'total,online,today,week',
  digits: 'total,online,today,month',
}
const BASE = import.meta.url.replace(/\/w\.js.*/, '')

// An element hides the property of `document` that has its name or id: the prototype is asked instead.
const own = (name) => Reflect.get(Document.prototype, name, document)

// One line for whoever built the page, however often it is painted.
const hint = (message) => {
  hint[message] ||= !console?.info('visitor-stats: ' + message)
}

// What only cards, digits, other languages and live widgets need: other pages do not load it.
let extras
const fetchExtras = () => {
  fetchExtras.begun ??= import(BASE + '/w/more.js')
    .catch(() => hint('/w/more.js did not load'))
    .then((more) => {
      extras = more ?? {}
      sheet?.replaceSync(rules())
      for (const feed of feeds.values()) feed._renew()
    })
}
