import type { Locale } from '@/i18n'

/** Kilograms with at most three places and no trailing zeros, from integer grams: `1.25 kg`. */
export function formatWeight(grams: number): string {
  const sign = grams < 0 ? '-' : ''
  const text = String(Math.abs(Math.round(grams))).padStart(4, '0')
  const whole = text.slice(0, -3).replace(/\B(?=(\d{3})+$)/g, ',')
  const part = text.slice(-3).replace(/0+$/, '')
  return `${sign}${whole}${part === '' ? '' : `.${part}`} kg`
}

/** Made once: making one takes longer than a hundred uses. */
const COUNT = new Intl.NumberFormat('en-US')
const COMPACT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 })

/** 1,234,567 */
export function formatCount(value: number): string {
  return COUNT.format(value)
}

/** 12.3 万 or 123K: for axes and tiles, where the exact number stands one click away. */
export function formatCompact(value: number, locale: Locale): string {
  if (locale === 'en-US') return COMPACT.format(value)
  const size = Math.abs(value)
  const round = (unit: number) => String(Math.round((value / unit) * 10) / 10)
  if (size >= 1e8) return `${round(1e8)} 亿`
  if (size >= 1e4) return `${round(1e4)} 万`
  return formatCount(value)
}

/** 93.4% from a ratio of 0 to 1. */
export function formatPercent(ratio: number, places = 1): string {
  return `${(ratio * 100).toFixed(places)}%`
}
