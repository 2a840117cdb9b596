import { useCallback, useSyncExternalStore } from 'react'

const known = new Map<string, MediaQueryList>()

/** One list per query: it is asked at every drawing of whatever depends on it. */
function media(query: string): MediaQueryList {
  const list = known.get(query) ?? window.matchMedia(query)
  known.set(query, list)
  return list
}

export function useMediaQuery(query: string): boolean {
  const subscribe = useCallback(
    (listener: () => void) => {
      const list = media(query)
      list.addEventListener('change', listener)
      return () => list.removeEventListener('change', listener)
    },
    [query],
  )
  return useSyncExternalStore(subscribe, () => media(query).matches)
}

/** Below this width the menu is a drawer, lists are cards and actions sit at the bottom. */
export const PHONE = '(max-width: 767px)'

export function useIsPhone(): boolean {
  return useMediaQuery(PHONE)
}

/** The reader has asked their system for less movement. */
export const CALM = '(prefers-reduced-motion: reduce)'
