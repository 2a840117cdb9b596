/** What the page says about a parcel, from the data alone: no document, no network, no words. */

import { daysAhead } from './time.js'

const HOUR = 3600e3

/** After so many hours without a word from the courier the page says so itself. */
export const SILENT_HOURS = 48

const ENDED = new Set(['delivered', 'returned', 'cancelled', 'lost'])
const GRAVE = new Set(['damaged', 'lost'])

/** Milestone → tone and sign. Tones: waiting grey, moving blue, done green, risk amber, broken red. */
export const LOOKS = {
  created: ['waiting', 'box'],
  picked_up: ['moving', 'picked'],
  in_transit: ['moving', 'truck'],
  arriving: ['moving', 'pin'],
  out_for_delivery: ['moving', 'scooter'],
  ready_for_collection: ['moving', 'locker'],
  delivered: ['done', 'done'],
  returning: ['risk', 'back'],
  returned: ['risk', 'back'],
  cancelled: ['waiting', 'none'],
  lost: ['broken', 'lost'],
}

/** A courier's own kinds of problem and ours say the same thing to a buyer. */
const SAME = { delivery_failed: 'failed_delivery', address: 'address_issue', exception: 'other' }

/** Nothing new to a buyer when the parcel already stands there. */
const IMPLIED = {
  returning: ['returning'],
  returned: ['returning', 'refused', 'failed_delivery'],
  lost: ['lost'],
}

/** What only the buyer can mend. */
const YOURS = new Set(['unreachable', 'not_collected', 'address_issue'])

export const isBuyers = (trouble) => YOURS.has(trouble.kind)

export const isEnded = (track) => ENDED.has(track.milestone)

const time = (text) => (text ? new Date(text) : null)
const place = (p) => (p && p.city ? { city: p.city, lat: p.lat, lon: p.lon } : null)

/** The server's answer as the page uses it: real dates, newest event first. */
export function read(json) {
  const problem = typeof json.problem === 'string' ? { kind: json.problem } : json.problem
  return {
    courier: json.courier || null,
    milestone: json.milestone in LOOKS ? json.milestone : 'created',
    detail: json.detail || 'none',
    problem: problem ? { ...problem, kind: SAME[problem.kind] || problem.kind } : null,
    number: json.waybill_number || null,
    shippedAt: time(json.shipped_at),
    promisedAt: time(json.promised_at),
    deliveredAt: time(json.delivered_at),
    origin: place(json.origin),
    destination: place(json.destination),
    events: (json.events || [])
      .map((e) => ({ ...place(e), at: time(e.occurred_at), text: e.text, milestone: e.milestone, detail: e.detail, number: e.number }))
      .reverse(),
    numbers: json.numbers || [],
    history: json.history || 'complete',
    expected: json.expected ? { from: time(json.expected.from), to: time(json.expected.to), ours: json.expected.source === 'estimate' } : null,
    parcels: json.parcels || [],
    contacts: json.contacts || [],
    hint: json.locker_hint || null,
    code: (json.verified && json.locker_code) || null,
    deliverer: (json.verified && json.deliverer) || null,
    signKind: json.sign_kind || null,
    verified: json.verified === true,
    recipient: (json.verified && json.recipient) || null,
    rating: (json.verified && json.rating) || null,
    reports: (json.verified && json.reports) || [],
    proofs: (json.verified && json.proofs) || [],
  }
}

/** The case the hero's words are kept under. */
export function situation(track) {
  if (track.milestone === 'created') {
    if (!track.shippedAt) return 'preparing'
    return track.number ? 'awaiting' : 'ownWay'
  }
  if (track.milestone === 'in_transit' && /^(customs|clearance)_/.test(track.detail)) return 'customs'
  return track.milestone
}

/** The problem worth telling, or null. */
export function problem(track) {
  if (!track.problem || track.milestone === 'cancelled') return null
  const { kind } = track.problem
  if (IMPLIED[track.milestone] && IMPLIED[track.milestone].includes(kind)) return null
  if (track.milestone === 'delivered' && kind !== 'damaged') return null
  return { ...track.problem, tone: GRAVE.has(kind) ? 'broken' : 'risk' }
}

/** Tone and sign of the hero: the milestone's, unless a problem or a late promise lies over it. */
export function look(track, now) {
  const [tone, sign] = LOOKS[track.milestone]
  if (isEnded(track)) return { tone, sign }
  const over = problem(track)
  const late = promise(track, now).kind === 'late' ? 'risk' : tone
  return { tone: over ? over.tone : late, sign }
}

/**
 * How the promise stands: {kind: none|ahead|late|signed|arrived, at, days}; `told`: {from, to, ours}, when
 * the courier said so or, `ours`, parcels like it took so long.
 */
export function promise(track, now) {
  if (track.milestone === 'delivered') return { kind: 'signed', at: track.deliveredAt || lastAt(track) }
  if (track.milestone === 'ready_for_collection') {
    const there = track.events.filter((e) => e.milestone === track.milestone)
    return { kind: 'arrived', at: there.length ? there[there.length - 1].at : null }
  }
  const open = !isEnded(track) && track.milestone !== 'returning'
  const { promisedAt, expected: told } = track
  const late = promisedAt && promisedAt < now ? daysAhead(promisedAt, now) : null
  if (open && told) return { kind: late === null ? 'ahead' : 'late', at: told.to, days: daysAhead(told.to, now), told, late }
  if (!open || !promisedAt) return { kind: 'none', open }
  return { kind: late === null ? 'ahead' : 'late', at: promisedAt, days: daysAhead(promisedAt, now), late }
}

/** Whether a range goes over several days. */
export const spread = ({ from, to }) => from && daysAhead(to, from) > 0

const lastAt = (track) => (track.events[0] ? track.events[0].at : null)

/** Hours since the courier's last word, once they are too many; else 0. */
export function silence(track, now) {
  const quiet = ['picked_up', 'in_transit', 'arriving', 'out_for_delivery', 'returning']
  const last = lastAt(track)
  if (!last || track.problem || !quiet.includes(track.milestone)) return 0
  const hours = Math.floor((now - last) / HOUR)
  return hours >= SILENT_HOURS ? hours : 0
}

const OUT = ['created', 'picked_up', 'in_transit', 'out_for_delivery', 'delivered']
const STEP_OF = { arriving: 'in_transit', ready_for_collection: 'out_for_delivery' }

/** The five stations of the way: [{key, state: past|now|ahead|end, at}]. */
export function rail(track) {
  const first = {}
  for (const event of [...track.events].reverse()) {
    const key = STEP_OF[event.milestone] || event.milestone
    if (key && !first[key]) first[key] = event.at
  }
  if (track.deliveredAt) first.delivered = track.deliveredAt
  const way = wayOf(track.milestone, first)
  const here = way.indexOf(STEP_OF[track.milestone] || track.milestone)
  return way.map((key, index) => ({
    key: index === here && STEP_OF[track.milestone] ? nameOf(track.milestone, key) : key,
    state: index < here ? 'past' : index > here ? 'ahead' : isEnded(track) ? 'end' : 'now',
    at: index <= here ? first[key] || null : null,
  }))
}

const nameOf = (milestone, key) => (milestone === 'ready_for_collection' ? milestone : key)

function wayOf(milestone, first) {
  if (milestone === 'returning' || milestone === 'returned')
    return ['created', 'picked_up', 'in_transit', 'returning', 'returned']
  if (milestone === 'cancelled' || milestone === 'lost') {
    const reached = OUT.slice(1, 4).filter((key) => first[key])
    return ['created', ...reached, milestone]
  }
  return OUT
}

/** Events by calendar day, newest first; `turn` marks those that moved the milestone. */
export function days(track) {
  const groups = []
  track.events.forEach((event, index) => {
    const older = track.events.slice(index + 1).find((e) => e.milestone)
    const turn = Boolean(event.milestone) && (!older || older.milestone !== event.milestone)
    const group = groups[groups.length - 1]
    const entry = { ...event, turn, index }
    if (group && daysAhead(group.at, event.at) === 0) group.entries.push(entry)
    else groups.push({ at: event.at, entries: [entry] })
  })
  return groups
}

const mapped = (p) => Boolean(p) && Number.isFinite(p.lat) && Number.isFinite(p.lon)

/** The way over the map: places passed in order, where it is, and where it still goes. */
export function route(track) {
  const scans = [...track.events].reverse().filter(mapped)
  const passed = []
  for (const stop of [track.origin, ...scans].filter(mapped)) {
    if (!passed.length || passed[passed.length - 1].city !== stop.city) passed.push(stop)
  }
  const back = track.milestone === 'returning'
  const goal = back ? track.origin : track.destination
  const here = scans.length ? passed[passed.length - 1] : null
  const from = passed[passed.length - 1]
  const open = !isEnded(track) && mapped(goal) && from && goal.city !== from.city
  return { passed, here, goal: open ? goal : null, back }
}

/** Kilometres between two points along the earth's surface (haversine, radius 6371 km). */
export function distance(a, b) {
  const rad = Math.PI / 180
  const half = (x) => Math.sin((x * rad) / 2) ** 2
  const slope = Math.cos(a.lat * rad) * Math.cos(b.lat * rad)
  return 12742 * Math.asin(Math.sqrt(half(b.lat - a.lat) + slope * half(b.lon - a.lon)))
}
