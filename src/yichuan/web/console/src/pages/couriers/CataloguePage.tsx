import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useLocale, useMessages } from '@/i18n'
import { type Column, DataTable, type Detail, type Filter, WIDTH } from '@/table'
import { CopyableNumber, Dash, PageHeader, PageStack } from '@/ui'
import { CapabilityLines } from './Capabilities'
import { CourierBody } from './CourierBody'
import { CouriersNav } from './CouriersNav'
import { CAPABILITIES, countsQuery, KINDS, loadCatalogue, type Row } from './catalogueData'
import { catalogueWords } from './catalogueWords'
import { words } from './words'

const rowId = (row: Row) => row.code

const detail: Detail<Row> = {
  title: ({ row, id }) => row?.name_zh ?? id,
  body: CourierBody,
  path: (id) => `/couriers/catalogue/${id}`,
}

function useFilters(): Filter[] {
  const t = useMessages(catalogueWords)
  const locale = useLocale()
  const page = useQuery(countsQuery).data
  return useMemo(() => {
    const counted = (facet: 'kind' | 'capability' | 'connector' | 'verified', value: string, label: string) => {
      const count = page?.counts?.[facet]?.[value]
      return { value, label: count === undefined ? label : `${label} ${count}` }
    }
    const able = CAPABILITIES.filter((what) => page?.counts?.capability?.[what] !== undefined)
    return [
      {
        key: 'kind',
        label: t.kind,
        kind: 'choice',
        single: true,
        options: KINDS.map((value) => counted('kind', value, t.kinds[value])),
      },
      {
        key: 'capability',
        label: t.capability,
        kind: 'choice',
        single: true,
        options: able.map((value) => counted('capability', value, t.can_[value])),
      },
      {
        key: 'connector',
        label: t.connector,
        kind: 'choice',
        single: true,
        options: (page?.counts?.connectors ?? []).map(({ name, zh, en }) =>
          counted('connector', name, locale === 'zh-CN' ? zh : en),
        ),
      },
      {
        key: 'verified',
        label: t.verified,
        kind: 'choice',
        single: true,
        options: [counted('verified', 'true', t.verifiedYes), counted('verified', 'false', t.verifiedNo)],
      },
      { key: 'served', label: t.served, kind: 'flag' },
    ]
  }, [t, locale, page])
}

function useColumns(): Column<Row>[] {
  const t = useMessages(catalogueWords)
  const locale = useLocale()
  return useMemo(
    () => [
      {
        key: 'name',
        title: t.courier,
        width: WIDTH.place + 60,
        always: true,
        card: 'title',
        render: (row) => (locale === 'zh-CN' ? row.name_zh : (row.name_en ?? row.name_zh)),
      },
      { key: 'code', title: t.code, width: WIDTH.place, render: (row) => <CopyableNumber value={row.code} /> },
      { key: 'kind', title: t.kind, width: WIDTH.courier, card: 'state', render: (row) => t.kinds[row.kind] },
      { key: 'can', title: t.can, width: 460, wrap: true, render: (row) => <CapabilityLines can={row.can} /> },
      { key: 'accounts', title: t.usable, width: 100, align: 'right', render: (row) => row.accounts || <Dash /> },
      {
        key: 'services',
        title: t.services,
        width: 260,
        wrap: true,
        card: 'none',
        render: (row) => {
          const own = (row.services ?? []).map((one) => (locale === 'zh-CN' ? one.name_zh : one.name_en))
          const all = [...own, ...row.added.map((one) => t.added[one])]
          return all.length > 0 ? all.join(locale === 'zh-CN' ? '、' : ', ') : <Dash />
        },
      },
    ],
    [t, locale],
  )
}

/** Every courier we know, with what we can do for it today; those with accounts first. */
export function Component() {
  const t = useMessages(words)
  const c = useMessages(catalogueWords)
  return (
    <PageStack>
      <PageHeader title={t.title} subtitle={t.subtitle} />
      <CouriersNav />
      <DataTable<Row>
        name="couriers"
        rowId={rowId}
        columns={useColumns()}
        filters={useFilters()}
        searchHint={c.searchHint}
        load={loadCatalogue}
        detail={detail}
        empty={{ title: c.empty, how: c.emptyHow }}
      />
    </PageStack>
  )
}
