// Before the first paint: the theme and language the visitor chose, so that nothing flashes.
// Kept apart from index.html so that a content security policy without inline scripts holds.
;(function () {
  var read = function (key) {
    try {
      return JSON.parse(localStorage.getItem('yichuan.' + key) || 'null')
    } catch {
      return null
    }
  }
  var theme = read('theme')
  var dark =
    theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  var root = document.documentElement
  root.dataset.theme = dark ? 'dark' : 'light'
  root.style.colorScheme = dark ? 'dark' : 'light'
  root.style.backgroundColor = dark ? '#0d1218' : '#f5f7fa'
  var locale = read('locale')
  if (locale) root.lang = locale

  // What the first page asks in any case is asked before its code is here: `api/early.ts` takes the
  // answers, if it comes in time.
  var asked = (window.yichuanAsked = {})
  var ask = function (address) {
    asked[address] = fetch(address, { credentials: 'same-origin', headers: { Accept: 'application/json' } })
    asked[address].catch(function () {})
    setTimeout(function () {
      delete asked[address]
    }, 15000)
  }
  ask('/api/v1/auth/me')
  var rows = /^(?:\?by=(stage|courier|merchant|province|category))?$/.exec(location.search)
  if (location.pathname === '/overview/live' && rows) ask('/api/v1/reports/live?by=' + (rows[1] || 'stage'))
})()
