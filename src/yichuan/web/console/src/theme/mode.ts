import { useSyncExternalStore } from 'react'
import { createPreference, oneOf } from '@/lib/storage'
import { useStore } from '@/lib/store'
import { type Mode, PALETTES, type Palette } from './palette'

export type ThemeChoice = 'light' | 'dark' | 'auto'

export const themePreference = createPreference<ThemeChoice>(
  'theme',
  'auto',
  oneOf('light', 'dark', 'auto'),
)

const DARK = '(prefers-color-scheme: dark)'

function subscribeToSystem(listener: () => void): () => void {
  const media = window.matchMedia(DARK)
  media.addEventListener('change', listener)
  return () => media.removeEventListener('change', listener)
}

/** The theme now in force: the user's choice, or the system's where they left it to the system. */
export function useMode(): Mode {
  const choice = useStore(themePreference)
  const systemDark = useSyncExternalStore(
    subscribeToSystem,
    () => window.matchMedia(DARK).matches,
  )
  if (choice === 'auto') return systemDark ? 'dark' : 'light'
  return choice
}

export function usePalette(): Palette {
  return PALETTES[useMode()]
}
