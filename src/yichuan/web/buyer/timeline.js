/** Every scan, newest first, by day. */

import { h, icon } from './dom.js'
import { days, isEnded, look, situation } from './state.js'
import { age, clock, daysAhead, elsewhere, exact } from './time.js'

/** Scans shown before someone asks for more. */
const FIRST = 6

function dayTitle(at, words, now) {
  const near = words.near(daysAhead(at, now))
  return h('h3', null, near && h('strong', null, near), ` ${words.date(at)}`)
}

function entry(event, words, now) {
  const newest = event.index === 0
  const [n, unit] = age(event.at, now)
  const ours = words.details[event.detail]
  const label = ours || ((event.turn || newest) && words.steps[event.milestone]) || null
  return h(
    'li',
    { class: `${newest ? 'newest' : ''} ${event.turn ? 'turn' : ''}`.trim() || null, tabindex: event.index === FIRST ? -1 : null },
    h(
      'p',
      { class: 'time' },
      h('time', { datetime: event.at.toISOString(), title: exact(event.at) }, clock(event.at)),
      unit !== 'day' && h('span', { class: 'ago' }, words.age([n, unit])),
    ),
    h(
      'div',
      { class: 'what' },
      label && h('p', { class: 'label' }, label),
      h('p', { class: ours ? 'text theirs' : 'text', lang: ours ? 'zh-CN' : null }, event.text),
    ),
  )
}

function empty(track, words) {
  const why = words.noEventsWhy[situation(track)] || words.noEventsWhy.awaiting
  return h('div', { class: 'empty' }, icon('truck'), h('p', null, words.noEvents), h('p', { class: 'quiet' }, why))
}

/** Scans of one number under its name; `whole`: the only one, without a name. */
function part(track, words, now, limit, number) {
  const groups = days(track)
    .map((group) => ({
      ...group,
      entries: group.entries.filter((e) => e.index < limit && (number === null || e.number === number)),
    }))
    .filter((group) => group.entries.length)
  if (!groups.length) return null
  const list = groups.map((group) =>
    h('div', { class: 'day' }, dayTitle(group.at, words, now), h('ol', null, group.entries.map((e) => entry(e, words, now)))),
  )
  if (number === null) return list
  const { leg, number: shown } = track.numbers[number]
  const title = `${words.legs[leg]} ${words.courierName(track.numbers[number])} ${shown}`
  return h('section', { class: 'under', 'aria-label': title }, h('h3', { class: 'under-title' }, title), list)
}

/** Numbers in the order in which they are read: the one that began last first. */
const parts = (track) => (track.numbers.length > 1 ? track.numbers.map((_, n) => n).reverse() : [null])

/** The card. `open`: show all; `onOpen`: someone asked for all. */
export function timelineCard(track, words, now, open, onOpen) {
  const total = track.events.length
  const whole = track.history === 'complete'
  if (total === 0 && isEnded(track) && whole) return null
  const limit = open || total <= FIRST + 2 ? total : FIRST
  return h(
    'section',
    { class: `card timeline ${look(track, now).tone}`, 'aria-labelledby': 'timeline' },
    h('header', null, h('h2', { id: 'timeline' }, words.timeline)),
    total === 0 && whole && empty(track, words),
    parts(track).map((number) => part(track, words, now, limit, number)),
    limit < total &&
      h('button', { class: 'wide', type: 'button', onclick: onOpen }, words.more(total - limit)),
    !whole && h('p', { class: 'quiet' }, words.history[track.history]),
    total > 0 && elsewhere(now) && h('p', { class: 'quiet zone' }, words.zone),
  )
}
