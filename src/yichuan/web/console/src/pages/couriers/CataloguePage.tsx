import { Tag } from 'antd'
import { useMemo } from 'react'
import { api, type Schema, unwrap } from '@/api/client'
import { useLocale, useMessages } from '@/i18n'
import { type Column, DataTable, type Filter, type ListQuery, WIDTH } from '@/table'
import { CopyableNumber, Dash, PageHeader, PageStack } from '@/ui'
import { CouriersNav } from './CouriersNav'
import { words } from './words'

type Row = Schema<'CourierView'>
type Kind = Row['kind']

const KINDS: readonly Kind[] = ['domestic', 'freight', 'cold_chain', 'cross_border', 'international']
const rowId = (row: Row) => row.code

async function load({ filters, q, limit }: ListQuery, signal: AbortSignal) {
  const query = {
    q: q || undefined,
    kind: filters['kind']?.[0] as Kind | undefined,
    served: filters['served'] ? true : undefined,
    limit: Math.max(limit, 200),
  }
  return unwrap(api.GET('/api/v1/couriers', { params: { query }, signal }))
}

/** Every courier we know by code; those with accounts first. */
export function Component() {
  const t = useMessages(words)
  const locale = useLocale()
  const columns = useMemo<Column<Row>[]>(
    () => [
      {
        key: 'name',
        title: t.courier,
        width: WIDTH.place + 60,
        always: true,
        card: 'title',
        render: (row) => (locale === 'zh-CN' ? row.name_zh : (row.name_en ?? row.name_zh)),
      },
      { key: 'code', title: t.code, width: WIDTH.courier, render: (row) => <CopyableNumber value={row.code} /> },
      { key: 'kind', title: t.kind, width: WIDTH.courier, card: 'state', render: (row) => t[row.kind] },
      { key: 'accounts', title: t.usable, width: 110, align: 'right', render: (row) => row.accounts || <Dash /> },
      {
        key: 'services',
        title: t.services,
        width: 360,
        wrap: true,
        render: (row) =>
          row.services?.length ? (
            row.services.map((one) => <Tag key={one.code}>{locale === 'zh-CN' ? one.name_zh : one.name_en}</Tag>)
          ) : (
            <Dash />
          ),
      },
    ],
    [t, locale],
  )
  const filters = useMemo<Filter[]>(
    () => [
      {
        key: 'kind',
        label: t.kind,
        kind: 'choice',
        single: true,
        options: KINDS.map((value) => ({ value, label: t[value] })),
      },
      { key: 'served', label: t.served, kind: 'flag' },
    ],
    [t],
  )
  return (
    <PageStack>
      <PageHeader title={t.title} subtitle={t.subtitle} />
      <CouriersNav />
      <DataTable<Row>
        name="couriers"
        rowId={rowId}
        columns={columns}
        filters={filters}
        searchHint={t.searchHint}
        load={load}
        empty={{ title: t.catalogueEmpty, how: t.catalogueEmptyHow }}
      />
    </PageStack>
  )
}
