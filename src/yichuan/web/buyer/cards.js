/** The cards of the page and of the widget, each drawn anew only when it says something new. */

import { h, icon } from './dom.js'
import { heroCard, troubleCard } from './hero.js'
import { mapCard } from './map.js'
import { orderCard } from './order.js'
import { parcelCard } from './parcel.js'
import { isEnded, look } from './state.js'
import { timelineCard } from './timeline.js'

export const CARDS = ['order', 'hero', 'trouble', 'parcel', 'map', 'timeline', 'foot']

/**
 * Places for cards: {slots, put}. `put(name, key, make)` makes a card when its key has changed; a
 * card of null leaves the place empty.
 */
export function makeSlots(names) {
  const slots = Object.fromEntries(names.map((name) => [name, h('div', { class: 'slot' })]))
  const known = {}
  const put = (name, key, make) => {
    const text = JSON.stringify(key)
    if (known[name] === text) return
    known[name] = text
    const made = make()
    slots[name].replaceChildren(...(made ? [made] : []))
  }
  return { slots, put }
}

/** Draws a parcel's cards. `width`: pixels of the map. */
export function putCards(put, model, acts, width) {
  const { track, words, lang, now } = model
  const minute = Math.floor(now / 60e3)
  put('order', [track.parcels, lang], () => orderCard(track, words, acts))
  put('hero', [track, lang, minute], () => heroCard(track, words, now, acts.say))
  put('trouble', [track, lang, minute], () => troubleCard(track, words, now))
  const sizes = track.proofs.map(({ width: wide, height }) => [wide, height])
  const { courier, number, verified, recipient, deliverer, contacts } = track
  put('parcel', [courier, number, verified, recipient, deliverer, contacts, sizes, lang, model.asking], () =>
    parcelCard(track, words, { ...acts, asking: model.asking }),
  )
  put('map', [track.events, track.origin, track.destination, look(track, now), lang, width], () =>
    mapCard(track, words, now, width),
  )
  put('timeline', [track.events, track.history, track.milestone, lang, minute, model.open], () =>
    timelineCard(track, words, now, model.open, acts.open),
  )
  put('foot', [lang, model.at, model.busy, isEnded(track)], () => foot(model, acts))
}

/** What is shown is old, and why. */
export function notice({ trouble, at, words }) {
  if (!trouble) return null
  const text = trouble === 'noNetwork' ? words.offline(new Date(at)) : words.stale(new Date(at))
  return h('p', { class: 'notice' }, icon('offline'), text)
}

const SIGNS = { gone: 'broken', failed: 'offline', noNetwork: 'offline' }

/** There is nothing to show, and what to do. */
export function message({ trouble, words }, acts) {
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
    acts.page && h('a', { href: acts.page, target: '_blank', rel: 'noopener noreferrer' }, words.wholePage),
  )
}
