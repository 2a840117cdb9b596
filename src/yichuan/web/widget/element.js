/** <yichuan-track token="…" lang theme base>: a parcel inside a page of someone else's. */

import { CARDS, makeSlots, message, notice, putCards } from './cards.js'
import { h } from './dom.js'
import { emptyModel, makeFeed } from './feed.js'
import { headline } from './hero.js'
import style from './widget.css'
import en from './words-en.js'
import zh from './words-zh.js'

const TOKEN = /^[\w-]{16,64}$/
const PARTS = { order: 'order', hero: 'status', trouble: 'problem', parcel: 'courier', map: 'route', timeline: 'timeline', foot: 'footer' }
/** Where this script came from; as a module there is no current script. */
const script = document.currentScript || document.querySelector('script[src*="/widget.js"]')
const home = script ? new URL('.', script.src).href : ''

/** Its own style, out of reach of the page's: made once where the browser can, else an element. */
function dress(root) {
  try {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(style)
    root.adoptedStyleSheets = [sheet]
  } catch {
    root.append(h('style', null, style))
  }
}

class YichuanTrack extends HTMLElement {
  static observedAttributes = ['token', 'lang', 'base', 'heading-level']

  constructor() {
    super()
    const root = this.attachShadow({ mode: 'open' })
    dress(root)
    this.said = h('p', { class: 'unseen', role: 'status' })
    this.body = h('section', { class: 'body', part: 'body' })
    root.append(this.body, this.said)
    this.width = 0
    this.sizes = new ResizeObserver(() => this.resized())
  }

  connectedCallback() {
    this.sizes.observe(this.body)
    this.begin()
  }

  disconnectedCallback() {
    this.sizes.disconnect()
    this.end()
  }

  attributeChangedCallback(name, before, after) {
    if (!this.isConnected || before === after) return
    if (name === 'lang' && this.model) this.speak()
    else this.begin()
  }

  /** Ask again at once. */
  refresh() {
    if (this.feed) this.feed.refresh()
  }

  end() {
    if (this.feed) this.feed.stop()
    this.feed = null
  }

  begin() {
    this.end()
    const token = this.getAttribute('token') || ''
    const base = new URL(this.getAttribute('base') || home, document.baseURI).href
    const page = `${base.replace(/\/*$/, '/')}track/${token}`
    this.model = emptyModel()
    this.names = ['notice', 'whole', ...CARDS]
    Object.assign(this, makeSlots(this.names))
    this.body.replaceChildren(...this.names.map((name) => this.slots[name]))
    this.feed = makeFeed(this.model, `${page}.json`, () => this.draw(), (before) => this.news(before))
    this.acts = {
      refresh: this.feed.refresh,
      prove: this.feed.prove,
      say: (text) => this.say(text),
      ask: () => this.reveal('asking', '#last4'),
      open: () => this.reveal('open', '.timeline li[tabindex]'),
      link: (other) => page.replace(/[^/]*$/, other),
      go: (other) => this.setAttribute('token', other),
      page,
    }
    this.body.setAttribute('aria-busy', 'true')
    this.speak()
    if (TOKEN.test(token)) this.feed.start()
    else this.failed('gone')
  }

  reveal(flag, selector) {
    this.model[flag] = true
    this.draw()
    const found = this.shadowRoot.querySelector(selector)
    if (found) found.focus()
  }

  speak() {
    const near = this.closest('[lang]')
    const asked = (this.getAttribute('lang') || (near && near.lang) || navigator.language || '').toLowerCase()
    const english = asked !== '' && !asked.startsWith('zh')
    Object.assign(this.model, english ? { lang: 'en', words: en } : { lang: 'zh-CN', words: zh })
    this.body.lang = this.model.lang
    this.body.setAttribute('aria-label', this.model.words.title)
    this.draw()
  }

  failed(trouble) {
    this.model.trouble = trouble
    this.draw()
  }

  say(text) {
    this.said.textContent = text
  }

  news(before) {
    const { track, words } = this.model
    if (track.verified) this.model.asking = false
    if (before && before.milestone === track.milestone) return
    if (before) this.say(words.changed(headline(track, words)))
    const { milestone, detail, problem } = track
    const kind = problem && problem.kind
    this.tell('milestone', { milestone, detail, problem: kind, previous: before && before.milestone })
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(`yichuan-${name}`, { detail, bubbles: true, composed: true }))
  }

  resized() {
    if (this.body.clientWidth !== this.width) this.draw()
  }

  draw() {
    const { model, slots, put } = this
    const { lang, trouble, track } = model
    const shown = Boolean(track)
    this.width = this.body.clientWidth
    model.now = new Date()
    if (shown || trouble) this.body.removeAttribute('aria-busy')
    put('notice', shown && [trouble, model.at, lang], () => shown && notice(model))
    put('whole', [shown, trouble, lang], () => (shown ? null : message(model, this.acts)))
    if (shown) putCards(put, model, this.acts, Math.max(240, this.width))
    else CARDS.forEach((name) => put(name, null, () => null))
    for (const name of CARDS) if (slots[name].firstChild) slots[name].firstChild.setAttribute('part', `card ${PARTS[name]}`)
    this.levelHeadings()
    if (trouble && trouble !== this.told) this.tell('trouble', { trouble })
    this.told = trouble
  }

  /** Headings stand below the page's own. */
  levelHeadings() {
    const first = Number(this.getAttribute('heading-level')) || 2
    for (const heading of this.body.querySelectorAll('h1,h2,h3')) {
      heading.setAttribute('aria-level', String(first + Number(heading.localName[1]) - 1))
    }
  }
}

if (!customElements.get('yichuan-track')) customElements.define('yichuan-track', YichuanTrack)
