/** Days and hours on the couriers' clock, UTC+8 the whole year, wherever the reader is. */

const HOUR = 3600e3
const DAY = 24 * HOUR
export const ZONE_HOURS = 8

/** What calendar and clock show there at an instant. `day` counts days, for differences. */
export function local(date) {
  const moved = new Date(date.getTime() + ZONE_HOURS * HOUR)
  return {
    year: moved.getUTCFullYear(),
    month: moved.getUTCMonth() + 1,
    date: moved.getUTCDate(),
    weekday: moved.getUTCDay(),
    hour: moved.getUTCHours(),
    minute: moved.getUTCMinutes(),
    day: Math.floor(moved.getTime() / DAY),
  }
}

const two = (n) => String(n).padStart(2, '0')

/** 14:02 */
export function clock(date) {
  const { hour, minute } = local(date)
  return `${two(hour)}:${two(minute)}`
}

/** 11/25, for narrow places. */
export function short(date) {
  const { month, date: day } = local(date)
  return `${month}/${day}`
}

/** 2026-11-25 14:02:00 UTC+8, for those who want it exactly. */
export function exact(date) {
  const moved = new Date(date.getTime() + ZONE_HOURS * HOUR)
  return `${moved.toISOString().slice(0, 19).replace('T', ' ')} UTC+${ZONE_HOURS}`
}

/** How many calendar days `date` lies after `now` (negative: before). */
export const daysAhead = (date, now) => local(date).day - local(now).day

/** The age of something: [number, unit] with unit now, minute, hour or day. */
export function age(date, now) {
  const past = now - date
  if (past < 60e3) return [0, 'now']
  if (past < HOUR) return [Math.floor(past / 60e3), 'minute']
  if (past < DAY) return [Math.floor(past / HOUR), 'hour']
  return [Math.floor(past / DAY), 'day']
}

/** Whether the reader's own clock shows another hour than the page does. */
export const elsewhere = (date) => date.getTimezoneOffset() !== -60 * ZONE_HOURS
