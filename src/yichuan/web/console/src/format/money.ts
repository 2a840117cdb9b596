import type { MoneyValue } from '@/api/page'

/** Minor digits by ISO 4217; two where a currency is not named. */
const MINOR_DIGITS: Readonly<Record<string, number>> = { JPY: 0, KRW: 0, VND: 0, KWD: 3, BHD: 3 }

/** Signs that cannot be mistaken for one another; the plain yen sign is the yuan's here. */
const SIGNS: Readonly<Record<string, string>> = {
  CNY: '¥',
  HKD: 'HK$',
  TWD: 'NT$',
  MOP: 'MOP$',
  USD: 'US$',
  EUR: '€',
  GBP: '£',
  JPY: 'JP¥',
  KRW: '₩',
}

function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ',')
}

/**
 * ¥1,234.50 from integer minor units, without ever becoming a float.
 * `signed` writes a plus before gains too, for differences.
 */
export function formatMoney({ amount_minor, currency }: MoneyValue, signed = false): string {
  const digits = MINOR_DIGITS[currency] ?? 2
  const text = String(Math.abs(amount_minor)).padStart(digits + 1, '0')
  const whole = grouped(text.slice(0, text.length - digits))
  const part = digits === 0 ? '' : `.${text.slice(text.length - digits)}`
  const sign = amount_minor < 0 ? '-' : signed && amount_minor > 0 ? '+' : ''
  return `${sign}${SIGNS[currency] ?? `${currency} `}${whole}${part}`
}

/** Integer fen from yuan as typed; `null` for nothing, `undefined` for what is no price. */
export function fenOf(price: string): number | null | undefined {
  const text = price.trim()
  if (text === '') return null
  const parts = /^(\d{1,9})(?:\.(\d{1,2}))?$/.exec(text)
  if (parts === null) return undefined
  return Number(parts[1]) * 100 + Number((parts[2] ?? '').padEnd(2, '0'))
}
