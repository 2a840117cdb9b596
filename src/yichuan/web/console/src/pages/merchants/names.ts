import { queryOptions, useQuery } from '@tanstack/react-query'
import { api, type Schema, unwrap } from '@/api/client'
import { queryClient } from '@/api/queryClient'
import type { Filter } from '@/table'

export type Merchant = Schema<'MerchantView'>

/** Every merchant the caller may see; the server answers them at once. */
export const merchantsQuery = queryOptions({
  queryKey: ['merchants'],
  queryFn: async ({ signal }) => (await unwrap(api.GET('/api/v1/merchants', { signal }))).items,
  staleTime: 5 * 60_000,
})

/** Names by id; the id's first characters until the list is here. */
export function useMerchantName(): (id: string) => string {
  const merchants = useQuery(merchantsQuery).data
  return (id) => merchants?.find((one) => one.id === id)?.name ?? id.slice(0, 8)
}

const option = ({ id, name }: Merchant) => ({ value: id, label: name })

/** A list's filter by merchant, found by name or code. */
export function merchantFilter(label: string): Filter {
  return {
    key: 'merchant_id',
    label,
    kind: 'lookup',
    single: true,
    search: async (text) => {
      const q = text.trim().toLowerCase()
      const all = await queryClient.fetchQuery(merchantsQuery)
      const found = all.filter(({ code, name }) => `${code} ${name}`.toLowerCase().includes(q))
      return found.slice(0, 50).map(option)
    },
    resolve: async (ids) => {
      const all = await queryClient.fetchQuery(merchantsQuery)
      return all.filter(({ id }) => ids.includes(id)).map(option)
    },
  }
}
