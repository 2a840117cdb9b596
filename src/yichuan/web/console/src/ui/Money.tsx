import type { MoneyValue } from '@/api/page'
import { formatMoney } from '@/format'

export interface MoneyProps {
  value: MoneyValue | null | undefined
  /** A difference: plus and minus are written. */
  signed?: boolean
}

/** ¥1,234.50, or a dash where there is no amount. */
export function Money({ value, signed = false }: MoneyProps) {
  if (!value) return <Dash />
  return <span className="y-number">{formatMoney(value, signed)}</span>
}

/** Nothing to show: a dash that screen readers pass over. */
export function Dash() {
  return <span aria-hidden className="y-dash">–</span>
}
