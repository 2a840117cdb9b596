import type { Locale } from '@/i18n'

/** The couriers' zone: used for calendar days in filters, and when a courier gives no zone. */
export const COURIER_ZONE = 'Asia/Shanghai'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone

export function browserZone(): string {
  return ZONE
}

interface Parts {
  year: string
  month: string
  day: string
  hour: string
  minute: string
  second: string
}

/** By zone, made once: making one takes longer than a hundred uses. */
const formats = new Map<string, Intl.DateTimeFormat>()

function formatIn(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  formats.set(zone, made)
  return made
}

function partsIn(at: Date, zone: string): Parts {
  const parts = formatIn(zone).formatToParts(at)
  return Object.fromEntries(parts.map(({ type, value }) => [type, value])) as unknown as Parts
}

/** `+8`, `-3:30` for a zone at an instant. */
function offsetOf(at: Date, zone: string): string {
  const name = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'shortOffset' })
    .formatToParts(at)
    .find(({ type }) => type === 'timeZoneName')?.value
  return name === undefined || name === 'GMT' ? '+0' : name.replace('GMT', '')
}

/** `2026-03-01 14:03` in a zone. */
export function formatMinute(at: Date, zone = browserZone()): string {
  const p = partsIn(at, zone)
  return `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}`
}

/** `2026-03-01` in a zone. */
export function formatDay(at: Date, zone = browserZone()): string {
  return formatMinute(at, zone).slice(0, 10)
}

/** `14:03` in a zone. */
export function formatClock(at: Date, zone = browserZone()): string {
  return formatMinute(at, zone).slice(11)
}

/** `2026-03-01 14:03:22 UTC+8 (Asia/Shanghai)`: what a hover tells. */
export function formatExact(at: Date, zone = browserZone()): string {
  return `${formatMinute(at, zone)}:${partsIn(at, zone).second} UTC${offsetOf(at, zone)} (${zone})`
}

type Unit = 'minute' | 'hour' | 'day'

function amount(ms: number): [number, Unit] {
  if (ms < HOUR) return [Math.max(1, Math.floor(ms / MINUTE)), 'minute']
  if (ms < DAY) return [Math.floor(ms / HOUR), 'hour']
  return [Math.floor(ms / DAY), 'day']
}

const ZH_UNITS: Readonly<Record<Unit, string>> = { minute: '分钟', hour: '小时', day: '天' }

/** `3 小时`, `3 hours`: a length of time in its largest whole unit, at least one minute. */
export function formatDuration(ms: number, locale: Locale): string {
  const [count, unit] = amount(Math.abs(ms))
  return locale === 'zh-CN'
    ? `${count} ${ZH_UNITS[unit]}`
    : `${count} ${unit}${count === 1 ? '' : 's'}`
}

/** `2 小时 5 分`, `2 h 5 min`: a length of time for clocks that run, two units at most. */
export function formatSpan(ms: number, locale: Locale): string {
  const minutes = Math.floor(Math.abs(ms) / MINUTE)
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60]
  const [d, h, m] = locale === 'zh-CN' ? ['天', '小时', '分'] : ['d', 'h', 'min']
  if (days > 0) return hours > 0 ? `${days} ${d} ${hours} ${h}` : `${days} ${d}`
  if (hours > 0) return rest > 0 ? `${hours} ${h} ${rest} ${m}` : `${hours} ${h}`
  return `${rest} ${m}`
}

/**
 * `3 小时前`, `in 2 days`; the date itself when further away than a week.
 * `now` and `at` are instants; the date is written in the reader's zone.
 */
export function formatAgo(at: Date, now: Date, locale: Locale, zone = browserZone()): string {
  const ms = at.getTime() - now.getTime()
  const zh = locale === 'zh-CN'
  if (Math.abs(ms) < MINUTE) return zh ? '刚刚' : 'just now'
  if (Math.abs(ms) >= 7 * DAY) return formatDay(at, zone)
  const length = formatDuration(ms, locale)
  if (ms < 0) return zh ? `${length}前` : `${length} ago`
  return zh ? `${length}后` : `in ${length}`
}
