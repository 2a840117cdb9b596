import type { Query } from '@/api/http'
import { dayRangeToInstants, readDays } from './dates'
import type { Filter, ListQuery } from './types'

/**
 * The usual way to ask a list of ours: every filter under its own key, values repeated, days as
 * `<key>_from` and `<key>_to` (RFC 3339, end excluded), flags as `true`, with `q`, `sort`,
 * `cursor` and `limit`. A page whose server differs builds its own.
 */
export function listParams(
  query: ListQuery,
  filters: readonly Pick<Filter, 'key' | 'kind'>[] = [],
  now = new Date(),
): Query {
  const params: Query = {
    q: query.q,
    sort: query.sort,
    cursor: query.cursor,
    limit: query.limit,
  }
  for (const filter of filters) {
    const values = query.filters[filter.key]
    if (values === undefined) continue
    if (filter.kind === 'dates') {
      const { from, to } = readDays(values[0] ?? '', now) ?? {}
      if (from) params[`${filter.key}_from`] = dayRangeToInstants({ from, to: from }).from
      if (to) params[`${filter.key}_to`] = dayRangeToInstants({ from: to, to }).to
    } else if (filter.kind === 'flag') {
      params[filter.key] = true
    } else {
      params[filter.key] = values
    }
  }
  return params
}
