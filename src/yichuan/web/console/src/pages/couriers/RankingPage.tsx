import { useQuery } from '@tanstack/react-query'
import { api, type Schema, unwrap } from '@/api/client'
import { useLocale, useMessages } from '@/i18n'
import { CourierTag, Dash, DetailSkeleton, EmptyState, ErrorState, PageHeader, PageStack, Panel, PlainTable } from '@/ui'
import { CouriersNav } from './CouriersNav'
import { words } from './words'

type Row = Schema<'CourierScoreRow'>
type Part = Schema<'ScorePart'>

/** Couriers by score, the best first, with what the score is made of. */
export function Component() {
  const t = useMessages(words)
  const scores = useQuery({
    queryKey: ['courier-scores'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/scorecards/couriers', { signal })),
  })
  return (
    <PageStack>
      <PageHeader title={t.title} subtitle={t.subtitle} />
      <CouriersNav />
      <Panel title={t.tabRanking} extra={<small>{t.window}</small>} flush>
        {scores.data ? (
          <Ranking rows={[...scores.data.items].sort((a, b) => b.score - a.score)} />
        ) : scores.isError ? (
          <ErrorState error={scores.error} onRetry={() => void scores.refetch()} />
        ) : (
          <DetailSkeleton />
        )}
      </Panel>
    </PageStack>
  )
}

function Ranking({ rows }: { rows: readonly Row[] }) {
  const t = useMessages(words)
  const locale = useLocale()
  const parts = rows[0]?.parts ?? []
  const nameOf = (part: Part) => (locale === 'zh-CN' ? part.name_zh : part.name_en)
  return (
    <PlainTable
      caption={t.tabRanking}
      rows={rows}
      rowId={(row) => row.courier}
      empty={<EmptyState title={t.noScores} how={t.noScoresHow} />}
      columns={[
        { key: 'rank', title: t.rank, align: 'right', render: (row) => rows.indexOf(row) + 1 },
        { key: 'courier', title: t.courier, render: (row) => <CourierTag code={row.courier} /> },
        { key: 'score', title: t.score, align: 'right', render: (row) => <b>{row.score.toFixed(1)}</b> },
        { key: 'shipments', title: t.shipments, align: 'right', render: (row) => row.shipments?.toLocaleString() ?? <Dash /> },
        ...parts.map((part) => ({
          key: part.key,
          title: nameOf(part),
          align: 'right' as const,
          render: (row: Row) => <Value part={row.parts.find(({ key }) => key === part.key)} />,
        })),
      ]}
    />
  )
}

/** A share in percent or a time in hours; a dash where nothing was counted. */
function Value({ part }: { part: Part | undefined }) {
  const t = useMessages(words)
  if (part === undefined || part.value === null) return <Dash />
  if (part.unit === 'hours') return <>{t.hours(part.value.toFixed(1))}</>
  if (part.unit === 'stars') return <>{part.value.toFixed(2)}</>
  return <>{(part.value * 100).toFixed(1)}%</>
}
