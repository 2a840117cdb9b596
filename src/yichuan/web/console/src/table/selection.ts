import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { createStore, useStore } from '@/lib/store'

/**
 * Chosen rows, outside of React's state: a tick draws its own box and the bar, not the list. They
 * are kept over pages.
 */
export interface Selection<Row> {
  get: () => ReadonlyMap<string, Row>
  subscribe: (listener: () => void) => () => void
  toggle: (row: Row) => void
  /** Chooses all of these rows, or none of them; others stay as they are. */
  setAll: (rows: readonly Row[], chosen: boolean) => void
  clear: () => void
}

export function createSelection<Row>(rowId: (row: Row) => string): Selection<Row> {
  const store = createStore<ReadonlyMap<string, Row>>(new Map())
  return {
    get: store.get,
    subscribe: store.subscribe,
    toggle: (row) =>
      store.set((before) => {
        const after = new Map(before)
        if (!after.delete(rowId(row))) after.set(rowId(row), row)
        return after
      }),
    setAll: (rows, chosen) =>
      store.set((before) => {
        const after = new Map(before)
        for (const row of rows) {
          if (chosen) after.set(rowId(row), row)
          else after.delete(rowId(row))
        }
        return after
      }),
    clear: () => store.set(new Map()),
  }
}

/** A selection that is dropped with its question: nobody acts on rows the filters no longer show. */
export function useSelection<Row>(rowId: (row: Row) => string, question: string): Selection<Row> {
  const [selection] = useState(() => createSelection(rowId))
  useEffect(() => selection.clear, [selection, question])
  return selection
}

export function useChosen<Row>(selection: Selection<Row>): readonly Row[] {
  const chosen = useStore(selection)
  return useMemo(() => [...chosen.values()], [chosen])
}

export function useIsChosen<Row>(selection: Selection<Row>, id: string): boolean {
  return useSyncExternalStore(selection.subscribe, () => selection.get().has(id))
}

/** How many of these rows are chosen: all, some or none. */
export function useShare<Row>(selection: Selection<Row>, ids: readonly string[]): 'all' | 'some' | 'none' {
  return useSyncExternalStore(selection.subscribe, () => {
    const chosen = selection.get()
    const count = ids.filter((id) => chosen.has(id)).length
    return count === 0 ? 'none' : count === ids.length ? 'all' : 'some'
  })
}
