import { readStored, writeStored } from '@/lib/storage'
import { createStore, type Store, useStore } from '@/lib/store'

/** A list's state under a name, kept per user and list in this browser. */
export interface SavedView {
  id: string
  label: string
  /** The query that brings it back, without page and open row. */
  search: string
}

const stores = new Map<string, Store<readonly SavedView[]>>()

function accept(stored: unknown): readonly SavedView[] {
  if (!Array.isArray(stored)) return []
  return stored.filter(
    (view): view is SavedView =>
      typeof view === 'object' &&
      view !== null &&
      typeof (view as SavedView).id === 'string' &&
      typeof (view as SavedView).label === 'string' &&
      typeof (view as SavedView).search === 'string',
  )
}

function storeOf(key: string): Store<readonly SavedView[]> {
  let store = stores.get(key)
  if (store === undefined) {
    store = createStore(accept(readStored(key)))
    stores.set(key, store)
  }
  return store
}

export interface SavedViews {
  views: readonly SavedView[]
  save: (view: SavedView) => void
  remove: (id: string) => void
}

export function useSavedViews(userId: string, list: string): SavedViews {
  const key = `views.${userId}.${list}`
  const store = storeOf(key)
  const views = useStore(store)
  const update = (next: readonly SavedView[]) => {
    store.set(next)
    writeStored(key, next)
  }
  return {
    views,
    save: (view) => update([...views.filter(({ id }) => id !== view.id), view]),
    remove: (id) => update(views.filter((view) => view.id !== id)),
  }
}
