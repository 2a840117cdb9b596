/** The way of a parcel over the points of the cities: no tiles, no borders, no network. */

import { h, s } from './dom.js'
import { CITIES } from './points.js'
import { distance, isEnded, look, route } from './state.js'

const MARGIN = 46
const LETTER = 13
/** Never closer than this many degrees of latitude from top to bottom. */
const LEAST_SPAN = 4.5
/** Below this many kilometres a distance says nothing: city points are centres. */
const LEAST_KM = 15

/** The projection that shows all places, centred, equal scale both ways. */
function projection(places, width, height) {
  const lons = places.map((p) => p.lon)
  const lats = places.map((p) => p.lat)
  const middle = (all) => (Math.min(...all) + Math.max(...all)) / 2
  const span = (all) => Math.max(...all) - Math.min(...all)
  const [lon, lat] = [middle(lons), middle(lats)]
  const squeeze = Math.cos((lat * Math.PI) / 180)
  const scale = Math.min(
    (width - 2 * MARGIN) / Math.max(span(lons) * squeeze, 0.001),
    (height - 2 * MARGIN) / Math.max(span(lats), 0.001),
    height / LEAST_SPAN,
  )
  return (p) => ({
    x: width / 2 + (p.lon - lon) * squeeze * scale,
    y: height / 2 - (p.lat - lat) * scale,
  })
}

const n = (value) => Math.round(value * 10) / 10

/** Where a leg bows to: a little to one side, so that there and back are two lines. */
const bow = (a, b) => ({
  x: (a.x + b.x) / 2 + (b.y - a.y) * 0.13,
  y: (a.y + b.y) / 2 - (b.x - a.x) * 0.13,
})

function path(points) {
  const legs = points.slice(1).map((b, i) => {
    const c = bow(points[i], b)
    return `Q${n(c.x)},${n(c.y)} ${n(b.x)},${n(b.y)}`
  })
  return `M${n(points[0].x)},${n(points[0].y)} ${legs.join(' ')}`
}

/** Points along the drawn legs, for labels to keep clear of. */
function samples(points) {
  return points.slice(1).flatMap((b, i) => {
    const [a, c] = [points[i], bow(points[i], b)]
    return Array.from({ length: 24 }, (_, k) => {
      const [u, v] = [(k + 1) / 25, (24 - k) / 25]
      const at = (axis) => v * v * a[axis] + 2 * u * v * c[axis] + u * u * b[axis]
      return { x: at('x'), y: at('y') }
    })
  })
}

const hits = (a, b) => a.l < b.r && b.l < a.r && a.t < b.b && b.t < a.b

/** Gives every label a place of its own, earlier ones first; those without room are left out. */
function placed(labels, line, width, height) {
  const taken = labels.map(({ x, y }) => ({ l: x - 6, r: x + 6, t: y - 6, b: y + 6 }))
  return labels.flatMap((label) => {
    const { x, y, text } = label
    const long = [...text].reduce((sum, c) => sum + (c > '\u2e80' ? LETTER : LETTER * 0.58), 0)
    const choices = [
      [x, y - 12, 'middle', x - long / 2],
      [x, y + LETTER + 10, 'middle', x - long / 2],
      [x + 12, y + 4.5, 'start', x + 12],
      [x - 12, y + 4.5, 'end', x - 12 - long],
    ].flatMap(([tx, ty, anchor, l]) => {
      const box = { l, r: l + long, t: ty - LETTER, b: ty + 3 }
      const inside = l >= 4 && box.r <= width - 4 && box.t >= 4 && box.b <= height - 4
      if (!inside || taken.some((other) => hits(box, other))) return []
      const crossed = line.filter((p) => p.x > l - 2 && p.x < box.r + 2 && p.y > box.t && p.y < box.b)
      return [{ ...label, tx, ty, anchor, box, crossed: crossed.length }]
    })
    const best = choices.sort((one, two) => one.crossed - two.crossed)[0]
    if (!best) return []
    taken.push(best.box)
    return [best]
  })
}

function height(places, width) {
  const lats = places.map((p) => p.lat)
  const lons = places.map((p) => p.lon)
  const tall = Math.max(...lats) - Math.min(...lats) > Math.max(...lons) - Math.min(...lons)
  return Math.round(Math.min(Math.max(width * (tall ? 0.62 : 0.48), 176), 280))
}

/** Each city once: where it is first, then the ends, then those between. */
function labelsOf(way, spots, words) {
  const last = spots.length - 1
  const hereAt = way.goal ? last - 1 : last
  const labels = [hereAt, last, 0, ...spots.keys()].map((i) => ({
    ...spots[i],
    text: words.city(spots[i].city),
    kind: i === hereAt && way.here ? 'here' : i === last || i === 0 ? 'end' : 'stop',
  }))
  return labels.filter(({ text }, i) => labels.findIndex((l) => l.text === text) === i)
}

function drawing(track, way, words, width) {
  const places = way.goal ? [...way.passed, way.goal] : way.passed
  const tall = height(places, width)
  const project = projection(places, width, tall)
  const spots = places.map((p) => ({ ...p, ...project(p) }))
  const gone = way.goal ? spots.slice(0, -1) : spots
  const here = way.here && gone[gone.length - 1]
  const near = CITIES.map(project).filter(
    ({ x, y }) => x > 2 && x < width - 2 && y > 2 && y < tall - 2,
  )
  const moving = !isEnded(track)
  return s(
    'svg',
    {
      class: 'map',
      viewBox: `0 0 ${width} ${tall}`,
      width,
      height: tall,
      role: 'img',
      'aria-label': words.routeSaid(
        way.passed.map((p) => words.city(p.city)),
        way.goal && words.city(way.goal.city),
      ),
    },
    s('path', { class: 'ground', d: near.map(({ x, y }) => `M${n(x)},${n(y)}h0`).join('') }),
    way.goal && s('path', { class: 'leg ahead', d: path(spots.slice(-2)) }),
    gone.length > 1 && s('path', { class: 'leg gone', d: path(gone), pathLength: 1 }),
    spots.map(({ x, y }, i) => {
      const end = way.goal && i === spots.length - 1
      const kind = end ? 'goal' : i === 0 ? 'start' : 'stop'
      return s('circle', { class: kind, cx: n(x), cy: n(y), r: kind === 'stop' ? 3.5 : 5 })
    }),
    here && moving && s('circle', { class: 'pulse', cx: n(here.x), cy: n(here.y), r: 8 }),
    here && s('circle', { class: 'here', cx: n(here.x), cy: n(here.y), r: 7 }),
    placed(labelsOf(way, spots, words), samples(spots), width, tall).map((label) =>
      s(
        'text',
        { class: `name ${label.kind}`, x: n(label.tx), y: n(label.ty), 'text-anchor': label.anchor },
        label.text,
      ),
    ),
  )
}

/** What the picture adds up to, in kilometres; "" when that would say nothing. */
function sum(track, way, words) {
  const from = way.passed[way.passed.length - 1]
  if (way.goal) {
    const km = distance(from, way.goal)
    return km < LEAST_KM ? '' : words.ahead(Math.round(km).toLocaleString('en-US'))
  }
  if (!isEnded(track)) return way.back ? '' : words.inYourCity
  const km = way.passed.slice(1).reduce((all, p, i) => all + distance(way.passed[i], p), 0)
  return km < LEAST_KM ? '' : words.travelled(Math.round(km).toLocaleString('en-US'))
}

/** The card, or null where there is no way to show. `width`: pixels of the drawing. */
export function mapCard(track, words, now, width) {
  const way = route(track)
  if (way.passed.length + (way.goal ? 1 : 0) < 2) return null
  return h(
    'section',
    { class: `card route ${look(track, now).tone}`, 'aria-labelledby': 'route' },
    h('header', null, h('h2', { id: 'route' }, words.route), h('p', { class: 'aside' }, sum(track, way, words))),
    drawing(track, way, words, width),
  )
}
