import { createStore, type Store } from './store'

const PREFIX = 'yichuan.'

/** Reads a JSON value from this browser; `null` when absent, unreadable or storage is closed. */
export function readStored(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + key) ?? 'null')
  } catch {
    return null
  }
}

/** Writes a JSON value to this browser; a full or closed storage loses it silently. */
export function writeStored(key: string, value: unknown): void {
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify(value))
  } catch {
    // Private windows and full quotas: the choice lives until the tab closes.
  }
}

/**
 * A choice kept in this browser (language, theme, density), shared between tabs.
 * `accept` turns whatever is stored into a valid value or `null`.
 */
export function createPreference<T>(
  key: string,
  fallback: T,
  accept: (stored: unknown) => T | null,
): Store<T> {
  const store = createStore<T>(accept(readStored(key)) ?? fallback)
  if (typeof window !== 'undefined') {
    window.addEventListener('storage', (event) => {
      if (event.key === PREFIX + key) store.set(accept(readStored(key)) ?? fallback)
    })
  }
  return {
    ...store,
    set: (next) => {
      store.set(next)
      writeStored(key, store.get())
    },
  }
}

export function oneOf<const T extends string>(...values: T[]): (stored: unknown) => T | null {
  return (stored) => values.find((value) => value === stored) ?? null
}
