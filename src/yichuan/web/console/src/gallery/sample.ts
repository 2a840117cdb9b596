import type { CursorPage, MoneyValue } from '@/api/page'
import { MILESTONES, PROBLEM_KINDS } from '@/domain'
import type { ListQuery } from '@/table'

/** Rows of our own making, the same at every start, to look at the parts with. */
export interface SampleRow {
  id: string
  number: string
  waybill: string | null
  courier: string
  milestone: string
  problem: string | null
  severity: number
  party: 'merchant' | 'courier' | 'platform' | 'buyer'
  city: string
  phone: string
  goods: string
  grams: number
  cost: MoneyValue
  createdAt: string
  deadlineAt: string | null
}

const COURIERS = ['SF', 'ZTO', 'YTO', 'STO', 'YD', 'JD', 'EMS', 'JTSD', 'DBL']
const CITIES = ['杭州', '广州', '成都', '武汉', '西安', '沈阳', '乌鲁木齐', '昆明', '济南', '长沙']
const GOODS = ['瓷砖样品 × 2', '电饭煲', '春季连衣裙', '不锈钢水槽', '儿童绘本套装', '车厘子 5 斤', '乳胶枕', '射灯 × 12']
const KINDS = PROBLEM_KINDS
const MINUTE = 60_000

function row(index: number): SampleRow {
  const now = Date.now()
  const at = (list: readonly string[]) => list[(index * 7 + 3) % list.length] ?? ''
  const problem = index % 5 === 2 ? (KINDS[index % KINDS.length] ?? null) : null
  return {
    id: `row-${index}`,
    number: `P2026${String(3_010_000 + index * 37)}`,
    waybill: index % 9 === 4 ? null : `${at(COURIERS)}${String(7_301_000_000_000 + index * 917)}`,
    courier: at(COURIERS),
    milestone: MILESTONES[(index * 5) % MILESTONES.length] ?? 'created',
    problem,
    severity: 1 + (index % 3),
    party: (['merchant', 'courier', 'platform', 'buyer'] as const)[index % 4] ?? 'merchant',
    city: CITIES[index % CITIES.length] ?? '',
    phone: `138****${String(1000 + ((index * 73) % 9000))}`,
    goods: GOODS[index % GOODS.length] ?? '',
    grams: 120 + ((index * 913) % 24_000),
    cost: { amount_minor: 350 + ((index * 271) % 9_000), currency: 'CNY' },
    createdAt: new Date(now - index * 47 * MINUTE).toISOString(),
    deadlineAt: index % 4 === 0 ? new Date(now + (index * 31 - 90) * MINUTE).toISOString() : null,
  }
}

const ALL = Array.from({ length: 430 }, (_, index) => row(index))

/** Filters, sorts and pages as a server would, half a second later. */
export async function loadSample(query: ListQuery, signal: AbortSignal): Promise<CursorPage<SampleRow>> {
  await new Promise((resolve) => setTimeout(resolve, 400))
  signal.throwIfAborted()
  const has = (key: string, value: string) => query.filters[key]?.includes(value) ?? true
  const rows = ALL.filter(
    (one) =>
      has('milestone', one.milestone) &&
      has('courier', one.courier) &&
      (query.filters['problem'] === undefined || one.problem !== null) &&
      (query.q === '' || one.number.includes(query.q) || (one.waybill ?? '').includes(query.q)),
  )
  if (query.sort === 'grams') rows.sort((a, b) => a.grams - b.grams)
  if (query.sort === '-grams') rows.sort((a, b) => b.grams - a.grams)
  const start = Number(query.cursor || 0)
  const end = start + query.limit
  return {
    items: rows.slice(start, end),
    next_cursor: end < rows.length ? String(end) : null,
    total: rows.length,
  }
}
