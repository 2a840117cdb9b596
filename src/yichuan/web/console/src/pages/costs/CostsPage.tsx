import { useQuery } from '@tanstack/react-query'
import { api, unwrap } from '@/api/client'
import { useMe } from '@/auth/useMe'
import { useMessages } from '@/i18n'
import { CourierTag, Dash, DetailSkeleton, EmptyState, ErrorState, PageHeader, PageStack, Panel, PlainTable } from '@/ui'
import { CostsNav } from './CostsNav'
import { QuotePanel } from './QuotePanel'
import { UploadRates } from './UploadRates'
import { words } from './words'

/** Rate cards, and what a parcel would cost on them. */
export function Component() {
  const t = useMessages(words)
  const operator = useMe().role === 'operator'
  const cards = useQuery({
    queryKey: ['rate-cards'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/rate-cards', { params: { query: { limit: 200 } }, signal })),
  })
  return (
    <PageStack>
      <PageHeader title={t.title} subtitle={t.subtitle} actions={operator && <UploadRates />} />
      <CostsNav />
      <QuotePanel />
      <Panel title={t.card} flush>
        {cards.data ? (
          <PlainTable
            caption={t.card}
            rows={cards.data.items}
            rowId={(row) => row.id}
            empty={<EmptyState title={t.noCards} how={t.noCardsHow} />}
            columns={[
              { key: 'name', title: t.card, render: (row) => row.name },
              { key: 'role', title: t.role, render: (row) => t[row.role] },
              { key: 'courier', title: t.courier, render: (row) => <CourierTag code={row.courier} /> },
              { key: 'from', title: t.from, render: (row) => row.origin_province ?? <Dash /> },
              {
                key: 'owner',
                title: t.owner,
                render: (row) => (row.merchant_id === null ? t.everyone : (row.merchant_code ?? t.merchantOnly)),
              },
              { key: 'valid', title: t.valid, render: (row) => row.valid_from },
              { key: 'rows', title: t.rows, align: 'right', render: (row) => row.rows.toLocaleString() },
            ]}
          />
        ) : cards.isError ? (
          <ErrorState error={cards.error} onRetry={() => void cards.refetch()} />
        ) : (
          <DetailSkeleton />
        )}
      </Panel>
    </PageStack>
  )
}
