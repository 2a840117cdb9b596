/** Puts the cards on the page and changes only those that say something new. */

import { h, icon } from './dom.js'
import { headline, heroCard, troubleCard } from './hero.js'
import { mapCard } from './map.js'
import { parcelCard } from './parcel.js'
import { isEnded, look } from './state.js'
import { timelineCard } from './timeline.js'

const WIDE = 900
const CARDS = ['hero', 'trouble', 'parcel', 'map', 'timeline', 'foot']

/** Makes the empty page; the result draws a model into it. */
export function makePage(root, acts) {
  const slot = () => h('div', { class: 'slot' })
  const slots = {
    bar: slot(),
    notice: slot(),
    hero: slot(),
    trouble: slot(),
    parcel: slot(),
    map: slot(),
    timeline: slot(),
    whole: slot(),
    foot: slot(),
  }
  const known = {}
  const put = (name, key, make) => {
    const text = JSON.stringify(key)
    if (known[name] === text) return
    known[name] = text
    const made = make()
    slots[name].replaceChildren(...(made ? [made] : []))
  }
  const near = h('div', { class: 'column' }, slots.hero, slots.trouble, slots.parcel)
  const far = h('div', { class: 'column' }, slots.map, slots.timeline)
  const main = h('main', null, slots.whole, near, far)
  root.replaceChildren(slots.bar, slots.notice, main, slots.foot)
  root.removeAttribute('aria-busy')
  const draw = (model) => {
    const shown = Boolean(model.track)
    main.classList.toggle('single', !shown)
    near.hidden = far.hidden = slots.foot.hidden = !shown
    put('bar', model.lang, () => bar(model.words, acts))
    put('notice', shown && [model.trouble, model.at, model.lang], () => shown && notice(model))
    put('whole', [shown, model.trouble, model.lang], () => (shown ? null : message(model, acts)))
    document.title = `${shown ? `${headline(model.track, model.words)} · ` : ''}${model.words.title}`
    if (shown) cards(put, model, acts, far)
    else CARDS.forEach((name) => put(name, null, () => null))
  }
  return draw
}

function cards(put, model, acts, far) {
  const { track, words, lang, now } = model
  const minute = Math.floor(now / 60e3)
  put('hero', [track, lang, minute], () => heroCard(track, words, now))
  put('trouble', [track, lang, minute], () => troubleCard(track, words, now))
  put('parcel', [track.courier, track.number, track.verified, track.recipient, track.proofs.map(({ width, height }) => [width, height]), lang, model.asking], () =>
    parcelCard(track, words, { ...acts, asking: model.asking }),
  )
  const width = Math.max(280, Math.min(far.clientWidth || WIDE, WIDE))
  put('map', [track.events, track.origin, track.destination, look(track, now), lang, width], () =>
    mapCard(track, words, now, width),
  )
  put('timeline', [track.events, track.milestone, lang, minute, model.open], () =>
    timelineCard(track, words, now, model.open, acts.open),
  )
  put('foot', [lang, model.at, model.busy, isEnded(track)], () => foot(model, acts))
}

function bar(words, acts) {
  return h(
    'header',
    { class: 'bar' },
    h('p', { class: 'title' }, words.title),
    h('button', { class: 'lang', type: 'button', 'aria-label': words.otherLabel, onclick: acts.language }, words.other),
  )
}

function notice({ trouble, at, words }) {
  if (!trouble) return null
  const text = trouble === 'noNetwork' ? words.offline(new Date(at)) : words.stale(new Date(at))
  return h('p', { class: 'notice' }, icon('offline'), text)
}

const SIGNS = { gone: 'broken', failed: 'offline', noNetwork: 'offline' }

function message({ trouble, words }, acts) {
  if (!trouble) return null
  const [title, what, next] = words[trouble]
  return h(
    'section',
    { class: 'card message' },
    h('span', { class: 'disc' }, icon(SIGNS[trouble])),
    h('h1', null, title),
    h('p', null, what),
    h('p', { class: 'quiet' }, next),
    trouble !== 'gone' && h('button', { class: 'main', type: 'button', onclick: acts.refresh }, words.retry),
  )
}

function foot({ words, at, busy, track }, acts) {
  const ended = isEnded(track)
  return h(
    'footer',
    null,
    h('span', null, `${words.updated(new Date(at))}${ended ? '' : ` · ${words.auto}`}`),
    h(
      'button',
      { class: `small ${busy ? 'busy' : ''}`, type: 'button', disabled: busy, onclick: acts.refresh },
      icon('again'),
      busy ? words.refreshing : words.refresh,
    ),
  )
}
