/** Fetches the parcel, keeps it fresh while someone looks, and remembers the language. */

import { makePage } from './page.js'
import { headline } from './hero.js'
import { isEnded, read } from './state.js'
import en from './words-en.js'
import zh from './words-zh.js'

const EVERY = 60e3
const RETRY = [15e3, 30e3, 60e3, 120e3, 300e3]
const PATIENCE = 15e3
const LANGUAGES = { 'zh-CN': zh, en }
const STORED = 'yichuan.track.lang'

const token = location.pathname.replace(/\/+$/, '')
const said = document.getElementById('said')
const model = {
  track: null,
  words: null,
  lang: '',
  now: new Date(),
  /** When the data came, ms; 0 before. */
  at: 0,
  /** null, gone, failed, noNetwork. */
  trouble: null,
  busy: false,
  /** The form for the last four digits is open. */
  asking: false,
  /** The whole history is shown. */
  open: false,
}
/** Kept in this page's memory only. */
let last4 = ''
let failures = 0
let timer = 0
let draw = () => {}

function show() {
  model.now = new Date()
  draw(model)
}

function say(text) {
  said.textContent = text
}

/** The answer, {json} or {trouble} or {refusal}. */
async function ask(digits) {
  const stop = new AbortController()
  const patience = setTimeout(() => stop.abort(), PATIENCE)
  try {
    const query = digits ? `?phone_last4=${digits}` : ''
    const answer = await fetch(`${token}.json${query}`, {
      cache: 'no-cache',
      credentials: 'omit',
      signal: stop.signal,
      headers: { Accept: 'application/json' },
    })
    if (answer.ok) return { json: await answer.json() }
    if (answer.status === 404 || answer.status === 410) return { trouble: 'gone' }
    if (answer.status === 429) return { refusal: 'tooMany', trouble: 'failed' }
    if (answer.status < 500) return { refusal: 'wrong', trouble: digits ? 'failed' : 'gone' }
    return { trouble: 'failed' }
  } catch {
    return { trouble: navigator.onLine === false ? 'noNetwork' : 'failed' }
  } finally {
    clearTimeout(patience)
  }
}

function take(json) {
  const before = model.track
  model.track = read(json)
  model.at = Date.now()
  model.trouble = null
  failures = 0
  if (before && before.milestone !== model.track.milestone) {
    say(model.words.changed(headline(model.track, model.words)))
  }
}

async function refresh() {
  clearTimeout(timer)
  if (model.busy) return
  model.busy = true
  if (model.track) show()
  let answer = await ask(last4)
  if (last4 && answer.refusal) {
    last4 = ''
    answer = await ask('')
  }
  const { json, trouble } = answer
  model.busy = false
  if (json) take(json)
  else {
    model.trouble = trouble
    failures += 1
    if (trouble === 'gone') model.track = null
  }
  show()
  plan()
}

/** When to ask again: a minute after good news, sooner after a failure, never once it is over. */
function plan() {
  clearTimeout(timer)
  const over = model.trouble === 'gone' || (!model.trouble && model.track && isEnded(model.track))
  if (over || document.hidden) return
  const wait = model.trouble ? RETRY[Math.min(failures, RETRY.length) - 1] : EVERY
  timer = setTimeout(refresh, wait)
}

/** Checks the digits; the key of a refusal's words, or nothing when they fit. */
async function prove(digits) {
  const { json, refusal } = await ask(digits)
  if (!json) return refusal || 'unreachable'
  if (json.verified !== true) return 'wrong'
  last4 = digits
  model.asking = false
  take(json)
  show()
  plan()
  return ''
}

function stored() {
  try {
    return localStorage.getItem(STORED)
  } catch {
    return null
  }
}

function speak(lang) {
  Object.assign(model, { lang, words: LANGUAGES[lang] })
  document.documentElement.lang = lang
  show()
}

function language() {
  const lang = model.lang === 'en' ? 'zh-CN' : 'en'
  try {
    localStorage.setItem(STORED, lang)
  } catch {
    // Private windows keep nothing; the address still does.
  }
  const here = new URL(location.href)
  here.searchParams.set('lang', lang)
  history.replaceState(null, '', here)
  speak(lang)
}

function begin() {
  const asked = new URLSearchParams(location.search).has('lang')
  const wanted = asked ? '' : stored()
  speak(wanted in LANGUAGES ? wanted : document.documentElement.lang)
}

draw = (first) => {
  if (!first.track && !first.trouble) return
  draw = makePage(document.getElementById('app'), {
    refresh,
    language,
    prove,
    say,
    ask: () => {
      model.asking = true
      show()
      document.getElementById('last4').focus()
    },
    open: () => {
      model.open = true
      show()
      const more = document.querySelector('.timeline li[tabindex]')
      if (more) more.focus()
    },
  })
  draw(first)
}

document.addEventListener('visibilitychange', () => {
  if (document.hidden) clearTimeout(timer)
  else if (Date.now() - model.at > EVERY) refreshUnlessOver()
  else plan()
})
const refreshUnlessOver = () => {
  show()
  if (model.trouble !== 'gone' && !(model.track && isEnded(model.track))) refresh()
}
addEventListener('online', refreshUnlessOver)
addEventListener('offline', () => {
  if (!model.track) return
  model.trouble = 'noNetwork'
  show()
})
let frame = 0
addEventListener('resize', () => {
  cancelAnimationFrame(frame)
  frame = requestAnimationFrame(show)
})
setInterval(() => {
  if (!document.hidden && model.track) show()
}, 30e3)

begin()
refresh()
