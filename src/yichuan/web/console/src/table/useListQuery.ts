import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo, useRef } from 'react'
import type { CursorPage } from '@/api/page'
import type { DataTableProps, ListQuery, ListState } from './types'
import type { ChangeList } from './useListState'

/** Key of a list's queries: `queryClient.invalidateQueries({ queryKey: listKey('shipments') })`. */
export function listKey(name: string): readonly [string, string] {
  return ['list', name]
}

export function queryOf(state: ListState, defaultSort: string): ListQuery {
  const { filters, q, sort, cursor, limit } = state
  return { filters, q, sort: sort === '' ? defaultSort : sort, cursor, limit }
}

/** One page of the list, kept on the screen while the next one is on its way. */
export function useListQuery<Row>(
  { name, load, refreshEvery }: Pick<DataTableProps<Row>, 'name' | 'load' | 'refreshEvery'>,
  query: ListQuery,
) {
  return useQuery<CursorPage<Row>>({
    queryKey: [...listKey(name), query],
    queryFn: ({ signal }) => load(query, signal),
    placeholderData: keepPreviousData,
    refetchInterval: refreshEvery ?? false,
  })
}

export interface Paging {
  toFirst?: () => void
  toPrevious?: () => void
  toNext?: () => void
}

/**
 * Steps between pages. Cursors lead forward only, so the way back is remembered as it is walked; a
 * page opened by its link knows the first page only.
 */
export function usePaging(
  state: ListState,
  change: ChangeList,
  nextCursor: string | null | undefined,
): Paging {
  const trail = useRef(new Map<string, string>())
  return useMemo(() => {
    const { cursor, page } = state
    const go = (to: string, number: number) => {
      change({ ...state, cursor: to, page: number, id: '' })
      window.scrollTo({ top: 0 })
    }
    const paging: Paging = {}
    if (nextCursor) {
      paging.toNext = () => {
        trail.current.set(nextCursor, cursor)
        go(nextCursor, page + 1)
      }
    }
    if (cursor !== '') {
      paging.toFirst = () => go('', 1)
      paging.toPrevious = () => go(trail.current.get(cursor) ?? '', trail.current.has(cursor) ? page - 1 : 1)
    }
    return paging
  }, [state, change, nextCursor])
}
