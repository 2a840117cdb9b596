import { createPreference, oneOf } from '@/lib/storage'
import { useStore } from '@/lib/store'

export type Locale = 'zh-CN' | 'en-US'

export const LOCALES: readonly Locale[] = ['zh-CN', 'en-US']

/** Chinese unless somebody chose otherwise, on this browser or in their account. */
export const localePreference = createPreference<Locale>('locale', 'zh-CN', oneOf(...LOCALES))

export function isLocale(value: string | null | undefined): value is Locale {
  return LOCALES.some((locale) => locale === value)
}

export function useLocale(): Locale {
  return useStore(localePreference)
}
