import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { Link } from 'react-router'
import type { Schema } from '@/api/client'
import { http } from '@/api/http'
import type { CursorPage } from '@/api/page'
import { useMe } from '@/auth/useMe'
import { courierNamesQuery } from '@/domain'
import { formatCount, formatPercent } from '@/format'
import { useLocale, useMessages } from '@/i18n'
import type { Translation } from '@/i18n/messages'
import { type Column, DataTable, type Filter, type ListQuery, saveBlob, WIDTH } from '@/table'
import { readDayRange } from '@/table/dates'
import { CourierTag, Dash, Money, PageHeader } from '@/ui'
import { merchantFilter } from '../merchants/names'
import type { CountKey } from './data'
import { drillTo } from './drill'
import { words } from './words'

type Row = Schema<'DailyRow'>
type Group = 'day' | 'courier' | 'merchant_id' | 'province'
type Rate = 'on_time_shipping' | 'pickup_in_time' | 'delivered_on_time' | 'problem_rate'
type Words = Translation<(typeof words)['zh-CN']>

const GROUPS: readonly Group[] = ['day', 'courier', 'merchant_id', 'province']
const LAST_30 = '30d'

function asked({ filters }: ListQuery) {
  const range = readDayRange(filters['days']?.[0] ?? LAST_30, new Date())
  const by = (filters['by'] ?? ['day']).filter((group): group is Group => GROUPS.some((known) => known === group))
  const one = (key: string) => filters[key]?.[0]
  return {
    begin: range?.from,
    end: range?.to,
    by: by.length > 0 ? by : (['day'] satisfies Group[]),
    merchant_id: one('merchant_id'),
    courier: one('courier'),
    province: one('province'),
  }
}

/** How the figures call what has no courier or no province yet. */
const NONE = '-'

/** Volume and timeliness in whatever grouping is asked for; the whole of it as a file. */
export function Component() {
  const t = useMessages(words)
  const staff = useMe().role !== 'merchant'
  const columns = useMemo(() => columnsFor(t, staff), [t, staff])
  return (
    <>
      <PageHeader
        title={t.daily}
        subtitle={t.dailyHow}
        back={{ to: '/overview', label: staff ? t.overview : t.today }}
      />
      <DataTable<Row>
        name="daily"
        columns={columns}
        rowId={(row) => [row.day, row.courier, row.merchant_id, row.province].join(' ')}
        load={(query, signal) => {
          const { cursor, limit } = query
          return http.get<CursorPage<Row>>('/reports/daily', { query: { ...asked(query), cursor, limit }, signal })
        }}
        filters={useFilters(staff)}
        onExport={async (query) => {
          const wish = asked(query)
          const file = await http.blob('/reports/daily', { query: { ...wish, format: 'csv' } })
          saveBlob(file, `yichuan-${wish.begin ?? ''}-${wish.end ?? ''}.csv`)
        }}
        empty={{ title: t.dailyEmpty, how: t.dailyEmptyHow }}
      />
    </>
  )
}

function useFilters(staff: boolean): Filter[] {
  const t = useMessages(words)
  const locale = useLocale()
  const couriers = useQuery(courierNamesQuery).data
  const served = [...(couriers?.values() ?? [])].filter((courier) => courier.served)
  const names: Record<Group, string> = { day: t.day, courier: t.courier, merchant_id: t.merchant, province: t.province }
  return [
    { key: 'days', label: t.days, kind: 'dates' },
    {
      key: 'by',
      label: t.by,
      kind: 'choice',
      options: GROUPS.filter((group) => staff || group !== 'merchant_id').map((value) => ({
        value,
        label: names[value],
      })),
    },
    {
      key: 'courier',
      label: t.courier,
      kind: 'choice',
      single: true,
      options: served.map(({ code, name_zh, name_en }) => ({
        value: code,
        label: locale === 'zh-CN' ? name_zh : (name_en ?? code),
      })),
    },
    ...(staff ? [merchantFilter(t.merchant)] : []),
    { key: 'province', label: t.province, kind: 'text', more: true },
  ]
}

function columnsFor(t: Words, staff: boolean): Column<Row>[] {
  const count = (key: CountKey, title: string): Column<Row> => ({
    key,
    title,
    width: WIDTH.count,
    align: 'right',
    render: (row) => {
      const drill = row.drills[key]
      const text = formatCount(row[key])
      return row[key] === 0 || drill === undefined ? text : <Link to={drillTo(drill, !staff)}>{text}</Link>
    },
  })
  const rate = (key: Rate, title: string): Column<Row> => ({
    key,
    title,
    width: 116,
    align: 'right',
    render: (row) => (row[key] === null ? <Dash /> : formatPercent(row[key])),
  })
  const columns: (Column<Row> | false)[] = [
    { key: 'group', title: t.by, width: 240, always: true, card: 'title', render: (row) => <Group row={row} /> },
    count('created', t.created),
    count('shipped', t.ships),
    count('picked_up', t.picked_up),
    count('delivered', t.deliveries),
    count('problems', t.troubles),
    rate('on_time_shipping', t.on_time_shipping),
    rate('pickup_in_time', t.pickup_in_time),
    rate('delivered_on_time', t.delivered_on_time),
    {
      key: 'excused',
      title: t.excused,
      width: 132,
      align: 'right',
      hidden: true,
      render: (row) => formatCount(row.delivered_excused),
    },
    {
      key: 'mean',
      title: t.mean_hours,
      width: 112,
      align: 'right',
      render: (row) => (row.mean_transit_hours === null ? <Dash /> : t.hours(row.mean_transit_hours.toFixed(1))),
    },
    rate('problem_rate', t.problem_rate),
    { ...count('returned', t.returned), hidden: true },
    { ...count('fake_shipping', t.fake_shipping), hidden: true },
    { ...count('damaged_or_lost', t.damaged_or_lost), hidden: true },
    { key: 'cost', title: t.cost, width: WIDTH.amount, align: 'right', render: (row) => <Money value={row.cost} /> },
  ]
  return columns.filter((column) => column !== false)
}

/** The row's day, courier, merchant and province, as far as it has them. */
function Group({ row }: { row: Row }) {
  const t = useMessages(words)
  return (
    <span style={{ display: 'inline-flex', flexWrap: 'wrap', gap: 8, alignItems: 'center' }}>
      {row.day && <span className="y-number">{row.day}</span>}
      {row.courier === NONE ? <span>{t.noCourier}</span> : row.courier && <CourierTag code={row.courier} />}
      {row.merchant_name && <span>{row.merchant_name}</span>}
      {row.province && <span>{row.province === NONE ? t.noProvince : row.province}</span>}
    </span>
  )
}
