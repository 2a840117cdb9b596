/** 填单号发货: rows as clerks paste them out of Excel, taken apart and checked before they are sent. */

export const NUMBER = /^[0-9A-Za-z-]{5,40}$/

export interface OwnRow {
  key: string
  order: string
  /** As written: our code or the courier's name. */
  courier: string
  number: string
  /** The line named no courier: whose number it may be, best first. */
  candidates?: readonly Candidate[]
  /** What the server answered; a row that was taken leaves the list. */
  refusal?: string
}

export interface Candidate {
  courier: string
  name_zh: string
  name_en: string | null
  /** Probability, 0 to 1. */
  score: number
}

export type Fault = 'order' | 'courier' | 'unsure' | 'number' | 'twice' | 'numberTwice'

export interface CourierName {
  code: string
  name_zh: string
  kind?: string
  aliases?: readonly string[]
  /** Couriers with services of ours own the short names: 圆通 is not 圆通国际. */
  served?: boolean
}

const HEAD = /订单|单号|快递|包裹|courier|number|order/i
const CJK = /[\u3400-\u9fff]/

const indexed = new WeakMap<readonly CourierName[], ReadonlyMap<string, string>>()

/** Codes by code, name and alias; what comes first in the catalogue keeps a shared name. */
function namesOf(couriers: readonly CourierName[]): ReadonlyMap<string, string> {
  const known = indexed.get(couriers)
  if (known !== undefined) return known
  const names = new Map(couriers.map(({ code }) => [code, code]))
  for (const { code, name_zh, aliases = [] } of couriers) {
    for (const name of [name_zh, ...aliases]) {
      const key = name.toUpperCase()
      if (!names.has(key)) names.set(key, code)
    }
  }
  indexed.set(couriers, names)
  return names
}

/** A courier's code from its code, name or the short name clerks use (圆通); `null` when unclear. */
export function courierCode(text: string, couriers: readonly CourierName[]): string | null {
  const name = text.trim()
  if (name === '') return null
  const exact = namesOf(couriers).get(name.toUpperCase())
  if (exact !== undefined) return exact
  const begins = ({ name_zh, served }: CourierName) => served === true && name_zh.startsWith(name.slice(0, 4))
  const hits = name.length > 1 ? couriers.filter(begins) : []
  // 中通 means the parcel courier, not its freight sister 中通快运.
  const parcels = hits.length > 1 ? hits.filter(({ kind }) => kind === 'domestic') : hits
  return parcels.length === 1 ? (parcels[0]?.code ?? null) : null
}

function cellsOf(line: string): string[] {
  const separator = line.includes('\t') ? /\t/ : /[,，;；]/.test(line) ? /[,，;；]/ : /\s+/
  return line.split(separator).map((cell) => cell.replaceAll('"', '').trim())
}

/** The three things of a line, in whatever order they stand; a line with two has no courier. */
function readLine(line: string, couriers: readonly CourierName[]): Omit<OwnRow, 'key'> {
  const cells = cellsOf(line.trim()).filter((cell) => cell !== '')
  const named = cells.findIndex((cell, at) => at > 0 && (courierCode(cell, couriers) !== null || (CJK.test(cell) && at < 3)))
  const courier = named < 0 ? '' : (cells[named] ?? '')
  const [order = '', number = ''] = cells.filter((_, at) => at !== named)
  return { order, courier, number: number.replace(/\s+/g, '').toUpperCase() }
}

/** Lines of `order courier number`, by tab, comma or space; a heading line is passed over. */
export function parseOwnNumbers(text: string, couriers: readonly CourierName[], fallback: string): Omit<OwnRow, 'key'>[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  const body = lines[0] !== undefined && HEAD.test(lines[0]) && !/\d{5}/.test(lines[0]) ? lines.slice(1) : lines
  return body.map((line) => {
    const row = readLine(line, couriers)
    return row.courier === '' ? { ...row, courier: fallback } : row
  })
}

/** What is wrong with each row before the server is asked. */
export function faultsOf(rows: readonly OwnRow[], couriers: readonly CourierName[]): ReadonlyMap<string, Fault> {
  const faults = new Map<string, Fault>()
  const orders = new Set<string>()
  const numbers = new Set<string>()
  for (const { key, order, courier, number, candidates } of rows) {
    if (order === '') faults.set(key, 'order')
    else if (orders.has(order)) faults.set(key, 'twice')
    else if (courier === '' && candidates !== undefined && candidates.length > 0) faults.set(key, 'unsure')
    else if (courierCode(courier, couriers) === null) faults.set(key, 'courier')
    else if (!NUMBER.test(number)) faults.set(key, 'number')
    else if (numbers.has(number)) faults.set(key, 'numberTwice')
    orders.add(order)
    numbers.add(number)
  }
  return faults
}

export interface Recognition {
  number: string
  /** The courier, when it may be used without asking. */
  certain: string | null
  candidates: readonly Candidate[]
}

/** Rows that named no courier get the certain one, shown with its confidence; doubtful ones stay open. */
export function withGuesses<Row extends Omit<OwnRow, 'key'>>(
  rows: readonly Row[],
  found: readonly Recognition[],
): (Row & Pick<OwnRow, 'candidates'>)[] {
  const told = new Map(found.map((one) => [one.number, one]))
  return rows.map((row) => {
    const one = row.courier === '' ? told.get(row.number) : undefined
    return one === undefined ? row : { ...row, courier: one.certain ?? '', candidates: one.candidates.slice(0, 3) }
  })
}
