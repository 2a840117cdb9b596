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
  const { kind, at, told, late } = state.promise(track, now)
  if (kind === 'none' || !at) return null
  if (kind === 'signed' || kind === 'arrived') return { label: words[kind], text: words.moment(at), late: '' }
  const behind = typeof late === 'number'
  return {
    label: behind && !told ? words.promised : words.expected,
    text: told ? words.range(told) : words.date(at),
    late: behind ? words.late(-late) : '',
  }
}

function trouble(track) {
  const found = state.problem(track)
  if (!found) return null
  const [title, text] = words.problems[found.kind] || words.problems.other
  return { title, text, yours: state.isBuyers(found) ? words.yourTurn : '' }
}

/** Other parcels of the order, where there are some. */
function parcels(track) {
  if (track.parcels.length < 2) return []
  return track.parcels.map(({ milestone, detail, shipped_at: shippedAt, numbered: number, token, current }, index) => ({
    index,
    name: words.parcel(index + 1),
    said: words.states[state.situation({ milestone, detail, shippedAt, number })][0],
    token: token || '',
    current,
  }))
}

/** Whom to call: who brings it, the shop, the courier, the mall. */
function phones({ deliverer, contacts, courier }) {
  const found = []
  if (deliverer) {
    const { name, phone, extension, virtual } = deliverer
    const said = [name, extension && `${phone} ${words.extension(extension)}`, virtual && words.virtual].filter(Boolean).join(' ')
    found.push({ label: words.deliverer, name: said, phone: extension ? `${phone},${extension}` : phone })
  }
  for (const { party, name, phone } of contacts) if (phone) found.push({ label: words.askParty[party], name: name || '', phone })
  if (courier && courier.phone) found.push({ label: words.hotline, name: '', phone: courier.phone })
  return found
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
    code: track.code || '',
    parcels: parcels(track),
    phones: phones(track),
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
