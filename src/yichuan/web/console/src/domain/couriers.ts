import { queryOptions, useQuery } from '@tanstack/react-query'
import { api, unwrap } from '@/api/client'
import { useLocale } from '@/i18n'

/** The catalogue's names; the server owns the table, this remembers it for an hour. */
export const courierNamesQuery = queryOptions({
  queryKey: ['courier-names'],
  queryFn: async ({ signal }) => {
    const page = await unwrap(api.GET('/api/v1/couriers/names', { signal }))
    return new Map(page.items.map((courier) => [courier.code, courier]))
  },
  staleTime: 60 * 60_000,
})

/** A courier's name in the reader's language; its code until the catalogue is here. */
export function useCourierName(code: string): string {
  const locale = useLocale()
  const courier = useQuery(courierNamesQuery).data?.get(code)
  if (courier === undefined) return code
  return locale === 'zh-CN' ? courier.name_zh : (courier.name_en ?? courier.code)
}
