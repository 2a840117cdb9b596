import { useMemo } from 'react'
import { useMessages } from '@/i18n'
import { FlowMap, provinceCode, TileGridMap, type TileValue } from '@/maps'
import { Bar, EmptyState, Panel } from '@/ui'
import styles from './live.module.css'
import type { LiveMap } from './liveData'
import { liveWords } from './liveWords'

interface LiveMapsProps {
  data: LiveMap | undefined
  /** What is counted, in words. */
  stages: string
  to: (place: Readonly<Record<string, readonly string[]>>) => string
}

/** Where parcels go: provinces as tiles, and streams between the points of cities. */
export function LiveMaps({ data, stages, to }: LiveMapsProps) {
  const t = useMessages(liveWords)
  const values = useMemo(() => {
    const found = new Map<string, TileValue>()
    for (const { province, total } of data?.provinces ?? []) {
      const code = provinceCode(province)
      if (code !== undefined) found.set(code, { value: total, to: to({ province: [province] }) })
    }
    return found
  }, [data, to])
  const cities = useMemo(
    () =>
      (data?.cities ?? []).map(({ province, city, total }) => ({
        city,
        total,
        to: to({ province: [province], city: [city] }),
      })),
    [data, to],
  )
  const flows = useMemo(
    () =>
      (data?.flows ?? []).map(({ origin, province, city, total }) => ({
        origin,
        city,
        total,
        to: to({ origin: [origin], province: [province], city: [city] }),
      })),
    [data, to],
  )
  const none = data !== undefined && data.provinces.length === 0
  const shown = (map: React.ReactNode) =>
    none ? <EmptyState compact title={t.empty} how={t.emptyHow} /> : data === undefined ? <Bar height={380} /> : map
  return (
    <div className={styles.maps}>
      <Panel title={t.map}>
        <p className={styles.hint}>{t.mapHow(stages)}</p>
        {shown(<TileGridMap values={values} label={t.map} />)}
      </Panel>
      <Panel title={t.flows}>
        <p className={styles.hint}>{t.mapHow(stages)}</p>
        {shown(<FlowMap cities={cities} flows={flows} />)}
      </Panel>
    </div>
  )
}
