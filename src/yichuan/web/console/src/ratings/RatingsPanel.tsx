import { DownloadOutlined } from '@ant-design/icons'
import { queryOptions, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Button, Rate, Segmented } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { api, type Schema, unwrap } from '@/api/client'
import { buildUrl } from '@/api/http'
import { useMessages } from '@/i18n'
import { saveUrl } from '@/lib/download'
import { CourierTag, DetailSkeleton, EmptyState, ErrorState, Panel, ProgressBar, TimeAgo } from '@/ui'
import styles from './ratings.module.css'
import { ratingWords } from './words'

type Rating = Schema<'RatingView'>
type Summary = Schema<'RatingSummary'>

/** Whose deliveries: a merchant's parcels, or what a courier carried. */
export interface RatingsOf {
  merchant_id?: string
  courier?: string
}

/** As far back as scores look. */
const DAYS = 30
const AT_ONCE = 10
const BAD = 2
const STARS = [5, 4, 3, 2, 1] as const

const summaryQuery = (of: RatingsOf) =>
  queryOptions({
    queryKey: ['ratings', 'summary', of],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/ratings/summary', { params: { query: { ...of, days: DAYS } }, signal })),
  })

/** The rating of one parcel, where there is one. */
export const ratingQuery = (shipment_id: string) =>
  queryOptions({
    queryKey: ['ratings', 'shipment', shipment_id],
    queryFn: async ({ signal }) =>
      (await unwrap(api.GET('/api/v1/ratings', { params: { query: { shipment_id, limit: 1 } }, signal }))).items[0] ?? null,
  })

/** How buyers rate deliveries: mean, spread, the latest words; narrowed to what went wrong; as a file. */
export function RatingsPanel({ of }: { of: RatingsOf }) {
  const t = useMessages(ratingWords)
  const [bad, setBad] = useState(false)
  const narrowed = { ...of, ...(bad && { max_stars: BAD }) }
  const sum = useQuery(summaryQuery(of))
  if (sum.isError) return <ErrorState compact error={sum.error} onRetry={() => void sum.refetch()} />
  if (sum.data === undefined) return <DetailSkeleton />
  const some = sum.data.count > 0
  const extra = some && (
    <div className={styles.line}>
      <Segmented
        size="small"
        value={bad ? 'bad' : 'all'}
        onChange={(value) => setBad(value === 'bad')}
        options={[
          { value: 'all', label: t.all },
          { value: 'bad', label: t.bad },
        ]}
      />
      <Button
        size="small"
        icon={<DownloadOutlined />}
        onClick={() => saveUrl(buildUrl('/ratings/export.csv', narrowed), 'ratings.csv')}
      >
        {t.export}
      </Button>
    </div>
  )
  return (
    <Panel title={`${t.title} · ${t.window(DAYS)}`} extra={extra}>
      {some ? <Spread sum={sum.data} /> : <EmptyState compact title={t.none} how={t.noneHow} />}
      {some && <Latest of={narrowed} />}
    </Panel>
  )
}

function Spread({ sum }: { sum: Summary }) {
  const t = useMessages(ratingWords)
  const most = Object.entries(sum.tags).sort(([, a], [, b]) => b - a)
  return (
    <div className={styles.sum}>
      <div>
        <div className={styles.mean}>{sum.mean?.toFixed(2)}</div>
        <div className={styles.quiet}>{t.count(sum.count)}</div>
      </div>
      <div className={styles.bars}>
        {STARS.map((stars) => {
          const count = sum.stars[stars] ?? 0
          return (
            <div key={stars} className={styles.bar}>
              <span>{t.stars(stars)}</span>
              <ProgressBar done={count} all={sum.count} tone={stars > 3 ? 'done' : stars === 3 ? 'risk' : 'broken'} label={t.stars(stars)} />
              <span>{t.ofAll(count)}</span>
            </div>
          )
        })}
      </div>
      {most.length > 0 && (
        <div className={`${styles.quiet} ${styles.line}`} style={{ gridColumn: '1 / -1' }}>
          {most.map(([tag, count]) => (
            <span key={tag}>{`${t.tags[tag as keyof typeof t.tags] ?? tag} ${count}`}</span>
          ))}
        </div>
      )}
    </div>
  )
}

function Latest({ of }: { of: RatingsOf & { max_stars?: number } }) {
  const t = useMessages(ratingWords)
  const pages = useInfiniteQuery({
    queryKey: ['ratings', 'list', of],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      unwrap(api.GET('/api/v1/ratings', { params: { query: { ...of, limit: AT_ONCE, cursor: pageParam } }, signal })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  })
  if (pages.isError) return <ErrorState compact error={pages.error} onRetry={() => void pages.refetch()} />
  const rows = pages.data?.pages.flatMap(({ items }) => items) ?? []
  if (pages.data !== undefined && rows.length === 0) return <p className={styles.quiet}>{t.noneBad}</p>
  return (
    <>
      <ul className={styles.list}>
        {rows.map((rating) => (
          <li key={rating.id}>
            <RatingLine rating={rating} courier={of.courier === undefined} />
            <Link to={`/shipments/${rating.shipment_id}`} className={styles.quiet}>
              {t.openShipment}
            </Link>
          </li>
        ))}
      </ul>
      {pages.hasNextPage && (
        <Button size="small" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {t.more}
        </Button>
      )}
    </>
  )
}

/** One rating: stars, tags, words. */
export function RatingLine({ rating, courier = false }: { rating: Rating; courier?: boolean }) {
  const t = useMessages(ratingWords)
  const tags = rating.tags.map((tag) => t.tags[tag as keyof typeof t.tags] ?? tag)
  return (
    <>
      <div className={styles.line}>
        <Rate disabled value={rating.stars} className={styles.stars} aria-label={t.stars(rating.stars)} />
        {courier && rating.courier !== null && <CourierTag code={rating.courier} />}
        {tags.length > 0 && <span>{tags.join(' · ')}</span>}
        <span className={styles.quiet}>
          <TimeAgo at={rating.created_at} />
        </span>
      </div>
      <p className={rating.words ? styles.words : styles.quiet}>{rating.words || t.noWords}</p>
    </>
  )
}
