/** The first card: where it is, when it comes, what to do; the rail; what is wrong. */

import { copyButton } from './copy.js'
import { h, icon } from './dom.js'
import * as state from './state.js'
import { age, exact, short } from './time.js'

const STEP_SIGNS = {
  created: 'box',
  picked_up: 'picked',
  in_transit: 'truck',
  out_for_delivery: 'scooter',
  ready_for_collection: 'locker',
  delivered: 'check',
  returning: 'back',
  returned: 'back',
  cancelled: 'none',
  lost: 'lost',
}
const MOVING = new Set(['picked_up', 'in_transit', 'arriving', 'returning'])
/** Signatures after which the parcel may not be in the buyer's hands. */
const OTHERS = new Set(['family', 'gate', 'third_party'])

/** The city of the last scan that names one, while the parcel moves. */
function whereNow(track, words, now) {
  const last = track.events.find((event) => event.city)
  const moving = MOVING.has(track.milestone) || state.problem(track)
  if (!last || !moving || state.isEnded(track)) return null
  const gone = track.events[0].detail === 'departed_from_hub'
  const say = gone ? words.leftCity : state.silence(track, now) ? words.lastIn : words.at
  return say(words.city(last.city))
}

function sentence(track, words, now) {
  const [, plain] = words.states[state.situation(track)]
  if (track.milestone === 'delivered') return words.signers[track.signKind] || plain
  if (track.milestone === 'ready_for_collection' && track.hint) return track.hint
  return whereNow(track, words, now) || plain
}

function when(track, words, now) {
  const { kind, at, days, open, told, late } = state.promise(track, now)
  if (kind === 'none') return open ? h('p', { class: 'when unknown' }, words.unknown) : null
  if (kind === 'signed' || kind === 'arrived') {
    if (!at) return null
    return h(
      'dl',
      { class: 'when' },
      h('dt', null, words[kind]),
      h('dd', null, h('time', { datetime: at.toISOString(), title: exact(at) }, words.moment(at))),
    )
  }
  const near = told && state.spread(told) ? '' : words.near(days)
  const behind = typeof late === 'number'
  const aside = behind ? words.late(-late) : told && told.ours ? words.ours : words.left(days)
  return h(
    'dl',
    { class: 'when' },
    h('dt', null, behind && !told ? words.promised : words.expected),
    h(
      'dd',
      null,
      h('time', { datetime: at.toISOString(), title: exact(at) }, told ? words.range(told) : words.date(at)),
      (told || !behind) && near && h('strong', { class: 'pill' }, near),
      aside && h('span', { class: behind ? 'pill risk' : 'quiet' }, behind && icon('clock'), aside),
    ),
  )
}

function rail(track, words) {
  return h(
    'ol',
    { class: 'rail', 'aria-label': words.progress },
    state.rail(track).map(({ key, state: stands, at }) =>
      h(
        'li',
        { class: stands, 'aria-current': stands === 'now' || stands === 'end' ? 'step' : null },
        h('span', { class: 'knot' }, icon(stands === 'past' ? 'check' : STEP_SIGNS[key])),
        h('span', { class: 'step' }, words.steps[key]),
        h('span', { class: 'unseen' }, ` ${words.stepState[stands]} `),
        h('span', { class: 'date' }, at ? h('time', { datetime: at.toISOString(), title: exact(at) }, short(at)) : ''),
      ),
    ),
  )
}

function tip(track, words) {
  if (state.problem(track)) return null
  const other = track.milestone === 'delivered' && OTHERS.has(track.signKind)
  const key = other ? 'deliveredByOther' : state.situation(track)
  const code = track.milestone === 'ready_for_collection' && !track.verified && words.showCode
  return h('p', { class: 'tip' }, icon('tip'), h('span', null, words.tips[key], code))
}

/** What opens the locker, as large as it is wanted. */
function pickupCode({ code }, words, say) {
  return (
    code &&
    h(
      'div',
      { class: 'code' },
      h('p', null, h('span', null, words.code), h('strong', { class: 'digits' }, code)),
      copyButton(code, words.code, words, say),
    )
  )
}

/** The answer to all three questions. */
export function heroCard(track, words, now, say) {
  const { tone, sign } = state.look(track, now)
  return h(
    'section',
    { class: `card hero ${tone}`, 'aria-labelledby': 'state' },
    h(
      'div',
      { class: 'head' },
      h('span', { class: 'disc' }, icon(sign)),
      h(
        'div',
        null,
        h('h1', { id: 'state' }, words.states[state.situation(track)][0]),
        h('p', { class: 'say' }, sentence(track, words, now)),
      ),
    ),
    pickupCode(track, words, say),
    when(track, words, now),
    rail(track, words),
    tip(track, words),
  )
}

function note(tone, sign, title, text, ...more) {
  return h(
    'section',
    { class: `card note ${tone}`, 'aria-label': title },
    icon(sign),
    h('div', null, h('h2', null, title), h('p', null, text), more),
  )
}

/** What is wrong and who is at it; or that the courier is silent; or nothing. */
export function troubleCard(track, words, now) {
  const trouble = state.problem(track)
  if (trouble) {
    const [title, text] = words.problems[trouble.kind] || words.problems.other
    const since = trouble.since && new Date(trouble.since)
    return note(
      trouble.tone,
      'warn',
      title,
      text,
      h(
        'p',
        { class: 'who' },
        state.isBuyers(trouble) && h('strong', { class: 'pill' }, words.yourTurn),
        words.parties[trouble.party] &&
          h('span', { class: 'pill' }, `${words.working} · ${words.parties[trouble.party]}`),
        since && h('time', { datetime: trouble.since, title: exact(since) }, words.since(words.age(age(since, now)))),
      ),
    )
  }
  const hours = state.silence(track, now)
  return hours ? note('waiting', 'clock', ...words.silent(hours)) : null
}

/** One line for screen readers and the window's title. */
export const headline = (track, words) => words.states[state.situation(track)][0]
