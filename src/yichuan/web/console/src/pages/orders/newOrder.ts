import type { Schema } from '@/api'
import { fenOf } from '@/format'
import { missingParts, type ParsedAddress } from '@/inputs'
import { randomId } from '@/lib/ids'
import { recipientOf } from './data'

/** A line as typed; numbers stay text until they are sent. */
export interface DraftLine {
  key: string
  sku: string
  name: string
  quantity: number
  /** Grams per piece. */
  weight: number | null
  /** Yuan per piece, as typed. */
  price: string
}

export interface Draft {
  /** Of this one order: sending it twice makes it once. */
  key: string
  number: string
  merchant: string | undefined
  shop: string
  remark: string
  address: ParsedAddress | null
  lines: readonly DraftLine[]
}

export type Missing = 'merchantFirst' | 'needRecipient' | 'needGoods' | 'needNumber' | 'badPrice'

export const emptyLine = (): DraftLine => ({ key: randomId(), sku: '', name: '', quantity: 1, weight: null, price: '' })

/** A number nobody else gives: the day in the couriers' zone and six random digits. */
export function handNumber(now = new Date()): string {
  const day = new Date(now.getTime() + 8 * 3_600_000).toISOString().slice(2, 10).replaceAll('-', '')
  const random = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0
  return `S${day}${String(random % 1_000_000).padStart(6, '0')}`
}

export function emptyDraft(merchant: string | undefined, shop = ''): Draft {
  return { key: randomId(), number: handNumber(), merchant, shop, remark: '', address: null, lines: [emptyLine()] }
}

const used = (lines: readonly DraftLine[]) => lines.filter(({ sku, name }) => sku.trim() !== '' || name.trim() !== '')

/** The first thing that keeps the order from being sent. */
export function missingIn(draft: Draft): Missing | undefined {
  if (draft.merchant === undefined) return 'merchantFirst'
  if (draft.address === null || missingParts(draft.address).length > 0) return 'needRecipient'
  const lines = used(draft.lines)
  if (lines.length === 0 || lines.some(({ quantity }) => quantity < 1)) return 'needGoods'
  if (lines.some(({ price }) => fenOf(price) === undefined)) return 'badPrice'
  return /^\S{1,64}$/.test(draft.number) ? undefined : 'needNumber'
}

function lineOf({ sku, name, quantity, weight, price }: DraftLine): Schema<'LineIn'> {
  const fen = fenOf(price)
  return {
    // Small sellers have names, not codes.
    sku: (sku.trim() === '' ? name : sku).trim().replace(/\s+/g, '-').slice(0, 64),
    name: name.trim() === '' ? undefined : name.trim(),
    quantity,
    weight_g: weight ?? undefined,
    unit_price: typeof fen === 'number' ? { amount_minor: fen, currency: 'CNY' } : undefined,
  }
}

export function orderOf(draft: Draft, address: ParsedAddress, now = new Date()): Schema<'OrderIn'> {
  const at = now.toISOString()
  return {
    order_no: draft.number,
    placed_at: at,
    paid_at: at,
    recipient: recipientOf(address),
    sub_orders: [
      {
        sub_order_no: draft.number,
        merchant_id: draft.merchant,
        shop: draft.shop === '' ? undefined : draft.shop,
        remark: draft.remark.trim() === '' ? undefined : draft.remark.trim(),
        locker_consent: true,
        lines: used(draft.lines).map(lineOf),
      },
    ],
  }
}
