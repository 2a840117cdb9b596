import { formatWeight } from '@/format'
import { Dash } from './Money'

/** Kilograms from integer grams; a dash where nobody has weighed it. */
export function Weight({ grams }: { grams: number | null | undefined }) {
  if (grams === null || grams === undefined) return <Dash />
  return <span className="y-number">{formatWeight(grams)}</span>
}
