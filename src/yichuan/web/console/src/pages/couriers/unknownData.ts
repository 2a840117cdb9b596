import { api, type Schema, unwrap } from '@/api/client'
import type { ListQuery } from '@/table'

export type Unknown = Schema<'UnknownCodeRow'>

export const unknownId = (row: Unknown) => `${row.connector}/${row.courier}/${row.code}`

export function loadUnknown({ cursor, limit, q, filters }: ListQuery, signal: AbortSignal) {
  const mapped = filters.mapped?.[0]
  return unwrap(
    api.GET('/api/v1/couriers/unknown-codes', {
      params: {
        query: {
          cursor: cursor || undefined,
          limit,
          q: q || undefined,
          kind: filters.kind?.[0] as Unknown['kind'] | undefined,
          mapped: mapped === undefined ? undefined : mapped === 'yes',
        },
      },
      signal,
    }),
  )
}

/** Says what one means; `null` takes that back. */
export function mapUnknown({ row, detail }: { row: Unknown; detail: string | null }) {
  const { connector, courier, code } = row
  return unwrap(api.PATCH('/api/v1/couriers/unknown-codes', { body: { connector, courier, code, detail } }))
}
