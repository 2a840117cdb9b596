import { createPreference } from '@/lib/storage'
import type { Box } from './data'

/** A scanned box, as far as the desk needs it: no personal data is kept in the browser. */
export interface Scanned {
  id: string
  number: string
  courier: string
  refusal?: string
}

function accept(stored: unknown): readonly Scanned[] | null {
  if (!Array.isArray(stored)) return null
  return stored.filter((one): one is Scanned => {
    const row = one as Partial<Scanned> | null
    return typeof row?.id === 'string' && typeof row.number === 'string' && typeof row.courier === 'string'
  })
}

/** The list outlives a reload: nobody scans two hundred boxes twice. One per account. */
export const handOverListOf = (() => {
  const lists = new Map<string, ReturnType<typeof createPreference<readonly Scanned[]>>>()
  return (account: string) => {
    const known = lists.get(account) ?? createPreference<readonly Scanned[]>(`hand-over.${account}`, [], accept)
    lists.set(account, known)
    return known
  }
})()

export type Verdict = 'added' | 'again' | 'unknown' | 'held' | 'shipped' | 'noNumber'

/** What a scanned number means, from the boxes the search found for it. */
export function judge(
  code: string,
  found: readonly Box[],
  list: readonly Scanned[],
): { verdict: Verdict; box?: Scanned } {
  const same = (text: string | null) => text !== null && text.toUpperCase() === code
  const row =
    found.find(({ waybill_number, shipped_at }) => same(waybill_number) && shipped_at === null) ??
    found.find(({ waybill_number, shipment_no }) => same(waybill_number) || same(shipment_no))
  if (row === undefined) return { verdict: 'unknown' }
  if (row.hold) return { verdict: 'held' }
  if (row.shipped_at !== null || row.milestone !== 'created') return { verdict: 'shipped' }
  if (row.waybill_number === null) return { verdict: 'noNumber' }
  if (list.some(({ id }) => id === row.id)) return { verdict: 'again' }
  return { verdict: 'added', box: { id: row.id, number: row.waybill_number, courier: row.courier ?? '' } }
}
