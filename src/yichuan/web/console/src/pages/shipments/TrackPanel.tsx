import { LoadingOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Alert, Segmented } from 'antd'
import { useMemo, useState } from 'react'
import { useMe } from '@/auth/useMe'
import { useMessages } from '@/i18n'
import { RouteMap } from '@/maps'
import { DetailSkeleton, ErrorState, Panel, TimeAgo } from '@/ui'
import { Asking } from './Asking'
import { type Detail, subscriptionQuery, type TimelineItem, timelineQuery } from './data'
import { detailWords } from './detailWords'
import styles from './shipments.module.css'
import { Story } from './Story'

type Side = 'all' | 'courier' | 'house'
function useStops(items: readonly TimelineItem[]) {
  return useMemo(
    () =>
      items
        .filter(({ city, adcode }) => city || adcode)
        .map(({ city, adcode, lat, lon, at }) => ({ city, adcode, lat, lon, at })),
    [items],
  )
}

const NOTHING: readonly TimelineItem[] = []

/** Where it was, and what everybody did. */
export function TrackPanel({ shipment }: { shipment: Detail }) {
  const t = useMessages(detailWords)
  const query = useQuery(timelineQuery(shipment.id))
  const [side, setSide] = useState<Side>('all')
  const items = query.data?.items ?? NOTHING
  const history = query.data?.history ?? 'complete'
  const shown = useMemo(() => items.filter(({ source }) => side === 'all' || source === side), [items, side])
  const sides = [
    { value: 'all' as const, label: t.all },
    { value: 'courier' as const, label: t.scans },
    { value: 'house' as const, label: t.acts },
  ]
  return (
    <Panel title={t.track} extra={<Segmented<Side> size="small" value={side} onChange={setSide} options={sides} />}>
      {query.isError && items.length === 0 && (
        <ErrorState compact error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.isPending && <DetailSkeleton lines={5} />}
      {history !== 'complete' && <OldScans coming={history === 'recalling'} />}
      <GivenUp number={shipment.waybill_number} />
      <Asking courier={shipment.courier} number={shipment.waybill_number} />
      {side !== 'house' && <Way shipment={shipment} items={items} />}
      {query.isSuccess && (history !== 'recalling' || shown.length > 0) && <Story items={shown} />}
    </Panel>
  )
}

/** Scans of long ago lie in the archive: on their way back, or not to be had. */
function OldScans({ coming }: { coming: boolean }) {
  const t = useMessages(detailWords)
  return (
    <Alert
      showIcon
      className={styles.above}
      role="status"
      type={coming ? 'info' : 'warning'}
      icon={coming ? <LoadingOutlined /> : undefined}
      title={coming ? t.recalling : t.unavailable}
      description={coming ? t.recallingHow : t.unavailableHow}
    />
  )
}

/** The courier stopped pushing the number: said to those who can do something about it. */
function GivenUp({ number }: { number: string | null | undefined }) {
  const t = useMessages(detailWords)
  const staff = useMe().merchant === null
  const row = useQuery({ ...subscriptionQuery(number ?? ''), enabled: staff && Boolean(number) }).data
  if (row?.stopped_reason == null) return null
  const next = row.state === 'wanted' ? t.asksAgain(row.stops) : row.state === 'failed' ? t.asksNoMore(row.stops) : t.askedAgain
  return (
    <Alert
      showIcon
      className={styles.above}
      type={row.state === 'failed' ? 'error' : 'warning'}
      title={t.givenUp(row.stopped_reason)}
      description={
        <>
          {next} {row.stopped_at && <TimeAgo at={row.stopped_at} />}
        </>
      }
    />
  )
}

const FINISHED: readonly string[] = ['delivered', 'returned']

function Way({ shipment, items }: { shipment: Detail; items: readonly TimelineItem[] }) {
  const stops = useStops(items)
  const { dest_city: city, dest_adcode: adcode, milestone, problem } = shipment
  const destination = useMemo(() => ({ city, adcode }), [city, adcode])
  if (stops.length === 0) return null
  const tone = problem !== null ? 'risk' : FINISHED.includes(milestone) ? 'done' : 'moving'
  return (
    <div className={styles.map}>
      <RouteMap stops={stops} destination={destination} tone={tone} height={220} />
    </div>
  )
}
