/** Fetches a parcel and keeps it fresh while someone looks. For the page and for the widget. */

import { isEnded, read } from './state.js'

const EVERY = 60e3
const RETRY = [15e3, 30e3, 60e3, 120e3, 300e3]
/** Old scans are on their way back from the archive. */
const SOON = 2e3
const PATIENCE = 15e3
const REDRAW = 30e3

/** The answer, {json} or {trouble} or {refusal}. */
async function ask(address, digits) {
  const stop = new AbortController()
  const patience = setTimeout(() => stop.abort(), PATIENCE)
  try {
    const query = digits ? `?phone_last4=${digits}` : ''
    const answer = await fetch(`${address}${query}`, {
      cache: 'no-cache',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
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

/**
 * Keeps `model` true to `address`. `show()` draws it; `news(before)` tells that data came, with the
 * parcel as it was before, or null. The result: refresh, prove, send,
 * start, stop.
 *
 * Of the model it sets `track`; `at`, when the data came, ms; `trouble`: null, gone, failed,
 * noNetwork; `busy`. The phone's digits stay in its memory and go with it.
 */
export function makeFeed(model, address, show, news) {
  let last4 = ''
  let failures = 0
  let timer = 0
  let redraw = 0
  let ears = null
  const recalling = () => !model.trouble && model.track && model.track.history === 'recalling'
  const over = () =>
    model.trouble === 'gone' || (!model.trouble && model.track && isEnded(model.track) && !recalling())

  function take(json) {
    const before = model.track
    const track = read(json)
    const here = new URL(address, document.baseURI)
    for (const proof of track.proofs) proof.url = new URL(proof.url, here).href
    Object.assign(model, { track, at: Date.now(), trouble: null })
    failures = 0
    news(before)
  }

  /** When to ask again: a minute after good news (soon where old scans are on their way), sooner after a failure, never once it is over. */
  function plan() {
    clearTimeout(timer)
    if (!ears || over() || document.hidden) return
    const wait = model.trouble ? RETRY[Math.min(failures, RETRY.length) - 1] : recalling() ? SOON : EVERY
    timer = setTimeout(refresh, wait)
  }

  async function refresh() {
    clearTimeout(timer)
    if (model.busy) return
    model.busy = true
    if (model.track) show()
    const asking = ears
    let asked = last4
    let answer = await ask(address, asked)
    if (asked && answer.refusal && asked === last4) {
      asked = last4 = ''
      answer = await ask(address, '')
    }
    model.busy = false
    if (asking !== ears) return
    const late = asked !== last4
    // Digits that were proved meanwhile told more, and told it later.
    if (answer.json && !late) take(answer.json)
    else if (!late) {
      model.trouble = answer.trouble
      failures += 1
      if (answer.trouble === 'gone') model.track = null
    }
    show()
    plan()
  }

  /** Checks the digits; the key of a refusal's words, or nothing when they fit. */
  async function prove(digits) {
    const { json, refusal } = await ask(address, digits)
    if (!json) return refusal || 'unreachable'
    if (json.verified !== true) return 'wrong'
    last4 = digits
    take(json)
    show()
    plan()
    return ''
  }

  /** Says something about the parcel; the answer's status, 0 without one. News follow at once. */
  async function send(path, body) {
    try {
      const answer = await fetch(address.replace(/\.json$/, path), {
        method: 'POST',
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ ...body, phone_last4: last4 }),
      })
      if (answer.ok) await refresh()
      return answer.status
    } catch {
      return 0
    }
  }

  function unlessOver() {
    show()
    if (model.trouble !== 'gone' && !(model.track && isEnded(model.track))) refresh()
  }

  function seen() {
    if (document.hidden) clearTimeout(timer)
    else if (Date.now() - model.at > EVERY) unlessOver()
    else plan()
  }

  function cut() {
    if (!model.track) return
    model.trouble = 'noNetwork'
    show()
  }

  function start() {
    ears = new AbortController()
    const { signal } = ears
    document.addEventListener('visibilitychange', seen, { signal })
    addEventListener('online', unlessOver, { signal })
    addEventListener('offline', cut, { signal })
    redraw = setInterval(() => {
      if (!document.hidden && model.track) show()
    }, REDRAW)
    refresh()
  }

  function stop() {
    if (ears) ears.abort()
    ears = null
    clearTimeout(timer)
    clearInterval(redraw)
  }

  return { refresh, prove, send, start, stop }
}

/** A model without a parcel. */
export const emptyModel = () => ({
  track: null,
  words: null,
  lang: '',
  now: new Date(),
  at: 0,
  trouble: null,
  busy: false,
  /** The form for the last four digits is open. */
  asking: false,
  /** The whole history is shown. */
  open: false,
})
