import { COURIER_ZONE, formatDay } from '@/format'

/** Relative ranges stay true in a saved view: "the last seven days" is another week next week. */
export const RELATIVE_RANGES = ['today', 'yesterday', '7d', '30d', '90d'] as const
export type RelativeRange = (typeof RELATIVE_RANGES)[number]

const DAY = 86_400_000
const DAYS_BACK: Readonly<Record<RelativeRange, readonly [from: number, to: number]>> = {
  today: [0, 0],
  yesterday: [1, 1],
  '7d': [6, 0],
  '30d': [29, 0],
  '90d': [89, 0],
}

export interface DayRange {
  /** `2026-03-01`, first and last day, both included, in the couriers' zone. */
  from: string
  to: string
}

export function isRelativeRange(text: string): text is RelativeRange {
  return RELATIVE_RANGES.some((range) => range === text)
}

/** Days of a filter's value; `null` for text that is none. */
export function readDayRange(value: string, now: Date): DayRange | null {
  if (isRelativeRange(value)) {
    const [from, to] = DAYS_BACK[value]
    const day = (back: number) => formatDay(new Date(now.getTime() - back * DAY), COURIER_ZONE)
    return { from: day(from), to: day(to) }
  }
  const match = /^(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})$/.exec(value)
  if (!match?.[1] || !match[2] || match[1] > match[2]) return null
  return { from: match[1], to: match[2] }
}

/** Days of a filter's value, of which an open range (`2026-03-01..`) has one only. */
export function readDays(value: string, now: Date): Partial<DayRange> | null {
  const open = /^(\d{4}-\d{2}-\d{2})?\.\.(\d{4}-\d{2}-\d{2})?$/.exec(value)
  if (open?.[1] && !open[2]) return { from: open[1] }
  if (open?.[2] && !open[1]) return { to: open[2] }
  return readDayRange(value, now)
}

/**
 * The instants a range of days means in the couriers' zone (UTC+8, no summer time): from its first
 * midnight, up to but without the midnight after its last day. RFC 3339 with offset.
 */
export function dayRangeToInstants({ from, to }: DayRange): { from: string; to: string } {
  const after = new Date(Date.parse(`${to}T00:00:00Z`) + DAY).toISOString().slice(0, 10)
  return { from: `${from}T00:00:00+08:00`, to: `${after}T00:00:00+08:00` }
}
