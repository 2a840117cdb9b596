/** The page of one parcel: its address says which, and it remembers the language. */

import { copy } from './copy.js'
import { emptyModel, makeFeed } from './feed.js'
import { headline } from './hero.js'
import { makePage } from './page.js'
import en from './words-en.js'
import zh from './words-zh.js'

const LANGUAGES = { 'zh-CN': zh, en }
const STORED = 'yichuan.track.lang'

const said = document.getElementById('said')
const model = emptyModel()
let draw = () => {}

function show() {
  model.now = new Date()
  draw(model)
}

function say(text) {
  said.textContent = text
}

const feed = makeFeed(model, `${location.pathname.replace(/\/+$/, '')}.json`, show, (before) => {
  if (model.track.verified) model.asking = false
  if (before && before.milestone !== model.track.milestone) {
    say(model.words.changed(headline(model.track, model.words)))
  }
})

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

/** Passes the link on, and nothing else: no digits, no words about anybody. */
async function share() {
  const { words } = model
  const url = location.origin + location.pathname
  try {
    if (navigator.share) return await navigator.share({ title: words.title, url })
  } catch (error) {
    if (error.name === 'AbortError') return
  }
  toast((await copy(url)) ? words.linkCopied : words.linkNotCopied)
}

let gone = 0
/** A line that everybody sees for a moment. */
function toast(text) {
  said.textContent = text
  said.className = 'toast'
  clearTimeout(gone)
  gone = setTimeout(() => (said.className = 'unseen'), 2500)
}

function begin() {
  const asked = new URLSearchParams(location.search).has('lang')
  const wanted = asked ? '' : stored()
  speak(wanted in LANGUAGES ? wanted : document.documentElement.lang)
}

draw = (first) => {
  if (!first.track && !first.trouble) return
  draw = makePage(document.getElementById('app'), {
    refresh: feed.refresh,
    language,
    share,
    link: (token) => `${token}${location.search}`,
    prove: feed.prove,
    send: feed.send,
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

let frame = 0
addEventListener('resize', () => {
  cancelAnimationFrame(frame)
  frame = requestAnimationFrame(show)
})

begin()
feed.start()
