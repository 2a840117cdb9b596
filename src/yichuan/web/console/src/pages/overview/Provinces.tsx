import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { formatPercent } from '@/format'
import { useMessages } from '@/i18n'
import { provinceCode, TileGridMap, type TileValue } from '@/maps'
import { Bar, EmptyState, ErrorState, Panel } from '@/ui'
import { provincesQuery } from './data'
import { drillTo } from './drill'
import styles from './overview.module.css'
import { Switch } from './Trend'
import { words } from './words'

const percent = (ratio: number) => formatPercent(ratio, 0)

/** Where parcels go, and where they arrive in time. */
export function Provinces({ merchant = false }: { merchant?: boolean }) {
  const t = useMessages(words)
  const [look, setLook] = useState<'volume' | 'timeliness'>('volume')
  const provinces = useQuery(provincesQuery)
  const values = useMemo(() => {
    const found = new Map<string, TileValue>()
    for (const row of provinces.data ?? []) {
      const code = provinceCode(row.province)
      const value = look === 'volume' ? row.shipped : row.delivered_on_time
      const drill = row.drills[look === 'volume' ? 'shipped' : 'delivered']
      if (code !== undefined && value !== null && drill !== undefined) {
        found.set(code, { value, to: drillTo(drill, merchant) })
      }
    }
    return found
  }, [provinces.data, look, merchant])
  return (
    <Panel title={t.map} extra={<Switch look={look} onChange={setLook} />}>
      <p className={styles.hint}>{t.mapHow}</p>
      {provinces.data === undefined ? (
        provinces.isError ? (
          <ErrorState error={provinces.error} onRetry={() => void provinces.refetch()} compact />
        ) : (
          <Bar height={320} />
        )
      ) : values.size === 0 ? (
        <EmptyState compact title={t.mapNone} how={t.mapNoneHow} />
      ) : (
        <TileGridMap
          values={values}
          label={look === 'volume' ? t.mapVolume : t.mapTimeliness}
          format={look === 'volume' ? undefined : percent}
        />
      )}
    </Panel>
  )
}
