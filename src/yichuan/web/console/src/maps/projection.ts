/** A flat picture of a part of the earth: longitude and latitude, squeezed by the middle latitude. */

export interface Place {
  lon: number
  lat: number
}

export interface Point {
  x: number
  y: number
}

export interface Projection {
  width: number
  height: number
  project: (place: Place) => Point
}

export interface FitOptions {
  width: number
  height: number
  /** Free space around the places, in the picture's own units. */
  margin: number
  /** Never closer than this many degrees of latitude from top to bottom. */
  minSpan?: number
}

/** The projection that shows all places, centred, with equal scale both ways. */
export function fit(places: readonly Place[], options: FitOptions): Projection {
  const { width, height, margin, minSpan = 4 } = options
  const lons = places.map(({ lon }) => lon)
  const lats = places.map(({ lat }) => lat)
  const middle = {
    lon: (Math.min(...lons) + Math.max(...lons)) / 2,
    lat: (Math.min(...lats) + Math.max(...lats)) / 2,
  }
  const squeeze = Math.cos((middle.lat * Math.PI) / 180)
  const spanX = (Math.max(...lons) - Math.min(...lons)) * squeeze
  const spanY = Math.max(...lats) - Math.min(...lats)
  const scale = Math.min(
    (width - 2 * margin) / Math.max(spanX, 0.001),
    (height - 2 * margin) / Math.max(spanY, 0.001),
    height / minSpan,
  )
  return {
    width,
    height,
    project: ({ lon, lat }) => ({
      x: width / 2 + (lon - middle.lon) * squeeze * scale,
      y: height / 2 - (lat - middle.lat) * scale,
    }),
  }
}

export interface LabelBox {
  x: number
  y: number
  anchor: 'start' | 'end' | 'middle'
}

interface Box {
  left: number
  right: number
  top: number
  bottom: number
}

const overlap = (a: Box, b: Box) =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom

/**
 * Where each label goes so that none covers another: right, left, below or above its point; `null`
 * where there is no room. Earlier labels matter more. `size` is the height of the letters.
 */
export function placeLabels(
  labels: readonly { point: Point; text: string }[],
  frame: { width: number; height: number },
  size: number,
): (LabelBox | null)[] {
  const taken: Box[] = labels.map(({ point: { x, y } }) => ({ left: x - 5, right: x + 5, top: y - 5, bottom: y + 5 }))
  return labels.map(({ point: { x, y }, text }) => {
    const width = [...text].reduce((sum, letter) => sum + (letter > '\u2e80' ? size : size * 0.6), 0)
    const candidates: LabelBox[] = [
      { x: x + 10, y: y + size * 0.35, anchor: 'start' },
      { x: x - 10, y: y + size * 0.35, anchor: 'end' },
      { x, y: y + size + 9, anchor: 'middle' },
      { x, y: y - 11, anchor: 'middle' },
    ]
    for (const label of candidates) {
      const left = label.anchor === 'start' ? label.x : label.anchor === 'end' ? label.x - width : label.x - width / 2
      const box = { left, right: left + width, top: label.y - size, bottom: label.y + size * 0.25 }
      const inside = box.left >= 0 && box.right <= frame.width && box.top >= 0 && box.bottom <= frame.height
      if (inside && !taken.some((other) => overlap(box, other))) {
        taken.push(box)
        return label
      }
    }
    return null
  })
}

/** A leg bowed a little to one side, so that there and back are two lines. */
export function bow(from: Point, to: Point): string {
  const bend = 0.12
  const x = (from.x + to.x) / 2 + (to.y - from.y) * bend
  const y = (from.y + to.y) / 2 - (to.x - from.x) * bend
  return `M${from.x},${from.y} Q${x},${y} ${to.x},${to.y}`
}
