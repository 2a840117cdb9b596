import { useCallback, useMemo } from 'react'
import { useSearchParams } from 'react-router'
import type { ListState } from './types'
import { readListState, writeListState } from './urlState'

export type ChangeList = (next: ListState, how?: { replace?: boolean }) => void

/** The list's state, read from and written to the URL. Each change is a step of the browser's history. */
export function useListState(filterKeys: readonly string[]): [ListState, ChangeList] {
  const [params, setParams] = useSearchParams()
  const keys = filterKeys.join(',')
  const state = useMemo(() => readListState(params, keys.split(',')), [params, keys])
  const change = useCallback<ChangeList>(
    (next, how) =>
      setParams((current) => writeListState(next, keys.split(','), current), {
        replace: how?.replace ?? false,
        preventScrollReset: true,
      }),
    [setParams, keys],
  )
  return [state, change]
}
