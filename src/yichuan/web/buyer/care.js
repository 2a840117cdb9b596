/** Rate the delivery, report a problem; open to who knows the phone's last four digits. */

import { careWords } from './care-words.js'
import { h, icon } from './dom.js'
import { situation } from './state.js'

const STARS = [1, 2, 3, 4, 5]

function choices(kind, name, options) {
  return options.map(([value, text]) =>
    h('label', { class: 'choice' }, h('input', { type: kind, name, value }), h('span', null, text)),
  )
}

/** A form that sends `body(data)`, or says what is missing. */
function form(words, { legend, name, first, more, path, body, done }, acts) {
  const wrong = h('p', { class: 'wrong', role: 'alert' })
  const button = h('button', { class: 'main', type: 'submit' }, words.send)
  const submit = async (event) => {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    if (!data.get(name)) {
      wrong.textContent = words.choose
      return
    }
    wrong.textContent = ''
    button.disabled = true
    button.textContent = words.sending
    const status = await acts.send(path, body(data))
    if (status === 204) return acts.say(done)
    button.disabled = false
    button.textContent = words.send
    wrong.textContent = words.failed[status] || words.failed[0]
  }
  return h(
    'form',
    { class: 'care', onsubmit: submit, novalidate: true },
    h('fieldset', null, h('legend', null, legend), choices('radio', name, first)),
    more.length > 0 && h('div', { class: 'tags' }, choices('checkbox', 'tags', more)),
    h('textarea', { name: 'words', rows: 2, maxlength: 500, 'aria-label': words.words, placeholder: words.words }),
    wrong,
    button,
  )
}

function rating(track, words, acts) {
  if (track.rating) {
    const { stars, tags } = track.rating
    const said = [words.stars(stars), ...tags.map((tag) => words.tags[tag])].filter(Boolean)
    return h('p', { class: 'rated' }, icon('done'), h('span', null, `${words.rated}: ${said.join(' · ')}`))
  }
  const wish = {
    legend: words.rate,
    name: 'stars',
    first: STARS.map((n) => [n, words.stars(n)]),
    more: Object.entries(words.tags),
    path: '/rating',
    body: (data) => ({ stars: Number(data.get('stars')), tags: data.getAll('tags'), words: data.get('words') }),
    done: words.thanks,
  }
  return form(words, wish, acts)
}

function reports(track, words) {
  return track.reports.map(({ kind, state, outcome }) =>
    h(
      'p',
      { class: 'rated' },
      icon(state === 'closed' ? 'done' : 'clock'),
      h('span', null, [words.kinds[kind], words.states[state], words.outcomes[outcome]].filter(Boolean).join(' · ')),
    ),
  )
}

function reporting(track, words, acts) {
  const signed = track.milestone === 'delivered'
  const wish = {
    legend: words.report,
    name: 'kind',
    first: Object.entries(words.kinds).filter(([kind]) => signed || kind !== 'not_received'),
    more: [],
    path: '/reports',
    body: (data) => ({ kind: data.get('kind'), words: data.get('words') }),
    done: words.reported,
  }
  return h('details', null, h('summary', null, words.report), form(words, wish, acts))
}

/** The card, or null before anything was sent. `send(path, body)` gives the answer's status. */
export function careCard(track, lang, acts) {
  const words = careWords[lang]
  if (['preparing', 'cancelled'].includes(situation(track))) return null
  const signed = track.milestone === 'delivered'
  if (!track.verified) {
    return h(
      'section',
      { class: 'card care', 'aria-label': words.report },
      h('div', { class: 'strip' }, h('p', { class: 'grow quiet' }, words.proveFirst),
        h('button', { class: 'small', type: 'button', onclick: acts.ask }, icon('hand'), words.prove)),
    )
  }
  return h(
    'section',
    { class: 'card care', 'aria-label': words.report },
    signed && rating(track, words, acts),
    reports(track, words),
    reporting(track, words, acts),
  )
}
