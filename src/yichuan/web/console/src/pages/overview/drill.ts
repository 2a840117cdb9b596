import type { Schema } from '@/api/client'
import { COURIER_ZONE, formatDay } from '@/format'

type Drill = Schema<'Drill'>

/** Where each list of the API is shown. */
const PAGES: Readonly<Record<Drill['path'], string>> = {
  shipments: '/shipments',
  exceptions: '/exceptions',
  'exceptions/upcoming': '/exceptions/upcoming',
  tickets: '/tickets',
  'scorecards/merchants': '/merchants',
  'scorecards/couriers': '/couriers',
  'reports/daily': '/overview/daily',
}

/** A clerk's queues have pages of their own, where the work is done. */
const QUEUES: Readonly<Record<string, string>> = {
  to_print: '/printing',
  to_hand_over: '/printing/to-hand-over',
}

const escape = (value: string) => value.replaceAll('%', '%25').replaceAll(',', '%2C')

/** Instants of the API (`shipped_from`, end excluded `shipped_to`) as the lists' range of days. */
function dayRange(from: string, to: string): string {
  const last = new Date(Date.parse(to) - 1)
  return `${formatDay(new Date(from), COURIER_ZONE)}..${formatDay(last, COURIER_ZONE)}`
}

/**
 * The console's list behind a figure. Filters keep the API's names; several values of one are
 * separated by commas, as the lists write them; a range of days becomes one filter (`shipped_from`
 * and `shipped_to`: `shipped`). A merchant's
 * lists are its own anyway, so `merchant_id` is left out for them.
 */
export function drillTo({ path, query = {} }: Drill, merchant = false): string {
  const params = new URLSearchParams()
  const one = (key: string) => ([query[key]].flat()[0] as string | undefined) ?? ''
  const queue = QUEUES[one('queue')]
  if (merchant && queue !== undefined) return queue
  for (const [key, value] of Object.entries(query)) {
    const moment = key.replace(/_from$/, '')
    if (key.endsWith('_to') || key === 'end' || (merchant && key === 'merchant_id')) continue
    if (key === 'begin') params.set('days', `${one('begin')}..${one('end')}`)
    else if (moment !== key) params.set(moment, dayRange(one(key), one(`${moment}_to`)))
    else params.set(key, [value].flat().map(escape).join(','))
  }
  const search = params.toString()
  return search === '' ? PAGES[path] : `${PAGES[path]}?${search}`
}
