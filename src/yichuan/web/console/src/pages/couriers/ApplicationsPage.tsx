import { useMemo } from 'react'
import { useMe } from '@/auth/useMe'
import { useMessages } from '@/i18n'
import { type Column, DataTable, type Detail, type Filter, WIDTH } from '@/table'
import { CourierTag, Dash, PageHeader, PageStack, TimeAgo } from '@/ui'
import { useMerchantName } from '../merchants/names'
import { ApplicationBody, ApplicationState } from './ApplicationBody'
import { type Application, loadApplications } from './applicationData'
import { applicationWords } from './applicationWords'
import { CouriersNav } from './CouriersNav'
import { words } from './words'

const detail: Detail<Application> = {
  title: ({ row, id }) => row?.company ?? id,
  body: ApplicationBody,
  path: (id) => `/couriers/applications/${id}`,
}

/** Applications for customer numbers (KDNiao 1107), decided by the platform's people. */
export function Component() {
  const t = useMessages(applicationWords)
  const area = useMessages(words)
  const merchant = useMe().role === 'merchant'
  return (
    <PageStack>
      <PageHeader title={area.title} subtitle={merchant ? t.subtitleMerchant : t.subtitle} />
      <CouriersNav />
      <DataTable<Application>
        name="account-applications"
        columns={useColumns()}
        filters={useFilters()}
        rowId={(row) => row.id}
        load={loadApplications}
        detail={detail}
        empty={{ title: t.empty, how: t.emptyHow }}
      />
    </PageStack>
  )
}

function useFilters(): Filter[] {
  const t = useMessages(applicationWords)
  const options = (['open', 'granted', 'refused'] as const).map((value) => ({ value, label: t.states[value] }))
  return [{ key: 'state', label: t.state, kind: 'choice', single: true, options }]
}

function useColumns(): Column<Application>[] {
  const t = useMessages(applicationWords)
  const nameOf = useMerchantName()
  return useMemo(
    (): Column<Application>[] => [
      { key: 'company', title: t.company, width: 200, always: true, card: 'title', render: (row) => row.company },
      { key: 'state', title: t.state, width: WIDTH.count + 20, card: 'state', render: (row) => <ApplicationState row={row} /> },
      { key: 'courier', title: t.courier, width: WIDTH.courier, render: (row) => <CourierTag code={row.courier} /> },
      {
        key: 'merchant',
        title: t.merchant,
        width: 160,
        render: (row) => (row.merchant_id === null ? t.platform : nameOf(row.merchant_id)),
      },
      { key: 'branch', title: t.branch, width: 140, render: (row) => row.branch_name ?? row.branch_code ?? <Dash /> },
      { key: 'customer', title: t.customer, width: 140, render: (row) => row.customer_name ?? <Dash /> },
      { key: 'no', title: t.applyNo, width: 160, render: (row) => <span className="y-mono">{row.apply_no}</span> },
      { key: 'at', title: t.at, width: WIDTH.time, render: (row) => <TimeAgo at={row.created_at} /> },
      { key: 'decided', title: t.decided, width: WIDTH.time, render: (row) => <TimeAgo at={row.decided_at} /> },
    ],
    [t, nameOf],
  )
}
