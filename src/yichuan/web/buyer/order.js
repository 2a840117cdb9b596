/** All parcels of the order beside each other, each with its state. */

import { h } from './dom.js'
import { LOOKS, situation } from './state.js'

function one(parcel, index, words, { link, go }) {
  const { milestone, detail, shipped_at: shippedAt, numbered: number, token, current, goods } = parcel
  const said = words.states[situation({ milestone, detail, shippedAt, number })][0]
  const content = [
    h('span', null, words.parcel(index + 1)),
    h('strong', { class: `pill ${(LOOKS[milestone] || LOOKS.created)[0]}` }, said),
    goods && h('span', { class: 'quiet' }, goods),
  ]
  if (current) return h('li', null, h('span', { class: 'tab', 'aria-current': 'page' }, content))
  if (!token) return h('li', null, h('span', { class: 'tab' }, content))
  const follow = (event) => go && (event.preventDefault(), go(token))
  return h('li', null, h('a', { class: 'tab', href: link(token), onclick: follow }, content))
}

/** The strip, or null where the parcel is alone. `link(token)`: where another one is shown. */
export function orderCard({ parcels }, words, acts) {
  if (parcels.length < 2) return null
  const title = words.parcels(parcels.length)
  return h(
    'nav',
    { class: 'order', 'aria-label': title },
    h('p', null, title),
    h('ol', null, parcels.map((parcel, index) => one(parcel, index, words, acts))),
  )
}
