import { useCallback, useSyncExternalStore } from 'react'

export function useMediaQuery(query: string): boolean {
  const subscribe = useCallback(
    (listener: () => void) => {
      const media = window.matchMedia(query)
      media.addEventListener('change', listener)
      return () => media.removeEventListener('change', listener)
    },
    [query],
  )
  return useSyncExternalStore(subscribe, () => window.matchMedia(query).matches)
}

/** Below this width the menu is a drawer, lists are cards and actions sit at the bottom. */
export const PHONE = '(max-width: 767px)'

export function useIsPhone(): boolean {
  return useMediaQuery(PHONE)
}

/** The reader has asked their system for less movement. */
export const CALM = '(prefers-reduced-motion: reduce)'
