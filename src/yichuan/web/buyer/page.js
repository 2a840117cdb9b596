/** Puts the cards on the page: one column on a phone, two on a desk. */

import { careCard } from './care.js'
import { CARDS, makeSlots, message, notice, putCards } from './cards.js'
import { h, icon } from './dom.js'
import { headline } from './hero.js'

const WIDE = 900

/** Makes the empty page; the result draws a model into it. */
export function makePage(root, acts) {
  const { slots, put } = makeSlots(['bar', 'notice', 'whole', ...CARDS, 'care'])
  const near = h('div', { class: 'column' }, slots.order, slots.hero, slots.trouble, slots.parcel)
  const far = h('div', { class: 'column' }, slots.map, slots.timeline, slots.care)
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
    if (shown) {
      const { track, lang } = model
      putCards(put, model, acts, Math.max(280, Math.min(far.clientWidth || WIDE, WIDE)))
      const key = [track.verified, track.milestone, track.shippedAt, track.rating, track.reports, lang]
      put('care', key, () => careCard(track, lang, acts))
    } else [...CARDS, 'care'].forEach((name) => put(name, null, () => null))
  }
  return draw
}

function bar(words, acts) {
  return h(
    'header',
    { class: 'bar' },
    h('p', { class: 'title' }, words.title),
    h('button', { class: 'share', type: 'button', onclick: acts.share }, icon('share'), words.share),
    h('button', { class: 'lang', type: 'button', 'aria-label': words.otherLabel, onclick: acts.language }, words.other),
  )
}
