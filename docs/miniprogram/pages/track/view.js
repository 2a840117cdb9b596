/** What the page shows of a parcel, as plain data. No `wx`, no network: tested with Node. */

import * as state from './state.js'
import { clock, short } from './time.js'
import words from './words-zh.js'

const COLOURS = { waiting: '#64748b', moving: '#1d4ed8', done: '#15803d', risk: '#b45309', broken: '#b91c1c' }

function plain(track) {
  const [, said] = words.states[state.situation(track)]
  if (track.milestone === 'delivered') return words.signers[track.signKind] || said
  return track.milestone === 'ready_for_collection' && track.hint ? track.hint : said
}

function when(track, now) {
  const { kind, at, days } = state.promise(track, now)
  if (kind === 'none' || !at) return null
  if (kind === 'signed' || kind === 'arrived') return { label: words[kind], text: words.moment(at), late: '' }
  const late = kind === 'late'
  return { label: late ? words.promised : words.expected, text: words.date(at), late: late ? words.late(-days) : '' }
}

function trouble(track) {
  const found = state.problem(track)
  if (!found) return null
  const [title, text] = words.problems[found.kind] || words.problems.other
  return { title, text, yours: state.isBuyers(found) ? words.yourTurn : '' }
}

/** Data for `setData`, from the answer of `/track/<token>.json`. */
export function view(json, now = new Date()) {
  const track = state.read(json)
  return {
    title: words.states[state.situation(track)][0],
    said: plain(track),
    colour: COLOURS[state.look(track, now).tone],
    when: when(track, now),
    problem: trouble(track),
    steps: state.rail(track).map(({ key, state: stands, at }) => ({
      key,
      name: words.steps[key],
      stands,
      at: at ? short(at) : '',
    })),
    courier: track.courier ? words.courierName(track.courier) : words.noCourier,
    number: track.number || '',
    verified: track.verified,
    recipient: track.recipient ? `${track.recipient.name} ${track.recipient.phone}` : '',
    events: track.events.map(({ at, text }, index) => ({ index, at: `${short(at)} ${clock(at)}`, text })),
    ended: state.isEnded(track),
  }
}

/** Why nothing new came: the words for a status of HTTP; 0: no network. */
export function failure(status, asked) {
  if (status === 404 || status === 410) return '这个物流链接已失效，请从订单里重新打开。'
  if (status === 429) return words.tooMany
  if (status === 422 || (asked && status === 200)) return words.wrong
  return words.unreachable
}
