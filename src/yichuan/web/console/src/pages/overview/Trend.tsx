import { Segmented } from 'antd'
import { useMemo, useState } from 'react'
import { TrendChart, type TrendSeries } from '@/charts'
import { formatPercent } from '@/format'
import { useMessages } from '@/i18n'
import { Panel } from '@/ui'
import type { CountKey, DayRow } from './data'
import { drillTo } from './drill'
import styles from './overview.module.css'
import { words } from './words'

type Look = 'volume' | 'timeliness'

const percent = (ratio: number) => formatPercent(ratio)

/** Thirty days: how much, or how timely. A point opens the parcels or the figures of its day. */
export function Trend({ rows, merchant = false }: { rows: readonly DayRow[]; merchant?: boolean }) {
  const t = useMessages(words)
  const [look, setLook] = useState<Look>('volume')
  const labels = useMemo(() => rows.map(({ day }) => day.slice(5)), [rows])
  const series = useMemo((): TrendSeries[] => {
    const parcels = (count: CountKey) => (index: number) => {
      const drill = rows[index]?.drills[count]
      return drill === undefined ? '/shipments' : drillTo(drill, merchant)
    }
    const figures = (index: number) => `/overview/daily?days=${rows[index]?.day}..${rows[index]?.day}&by=day,courier`
    if (look === 'volume') {
      return [
        { name: t.created, tone: 'waiting', values: rows.map((row) => row.created), to: parcels('created') },
        { name: t.ships, tone: 'moving', values: rows.map((row) => row.shipped), to: parcels('shipped') },
        { name: t.deliveries, tone: 'done', values: rows.map((row) => row.delivered), to: parcels('delivered') },
        { name: t.troubles, tone: 'broken', values: rows.map((row) => row.problems), to: parcels('problems') },
      ]
    }
    return [
      { name: t.on_time_shipping, tone: 'moving', values: rows.map((row) => row.on_time_shipping), to: figures },
      { name: t.pickup_in_time, tone: 'risk', values: rows.map((row) => row.pickup_in_time), to: figures },
      { name: t.delivered_on_time, tone: 'done', values: rows.map((row) => row.delivered_on_time), to: figures },
    ]
  }, [rows, look, merchant, t])
  return (
    <Panel title={t.trend} extra={<Switch look={look} onChange={setLook} />}>
      <div className={styles.chart}>
        <TrendChart
          key={look}
          summary={look === 'volume' ? t.trendSummary : t.ratesSummary}
          axis={t.date}
          labels={labels}
          series={series}
          format={look === 'volume' ? undefined : percent}
          height={380}
        />
      </div>
    </Panel>
  )
}

export function Switch({ look, onChange }: { look: Look; onChange: (look: Look) => void }) {
  const t = useMessages(words)
  return (
    <Segmented<Look>
      size="small"
      value={look}
      onChange={onChange}
      options={[
        { value: 'volume', label: t.volume },
        { value: 'timeliness', label: t.timeliness },
      ]}
    />
  )
}
