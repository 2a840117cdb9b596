import { memo, type ReactNode, useMemo } from 'react'
import { useMessages } from '@/i18n'
import { FlowMap, provinceCode, TileGridMap, type TileValue } from '@/maps'
import { Bar, EmptyState, Panel } from '@/ui'
import styles from './live.module.css'
import { type Live, parcels } from './liveData'
import { liveWords } from './liveWords'

/** What both maps draw, each thing with the address of its parcels. */
function drawn(live: Live | undefined) {
  const map = live?.map
  const to = parcels({ ...live?.filters, stage: map?.stages ?? [] })
  const values = new Map<string, TileValue>()
  for (const { province, total } of map?.provinces ?? []) {
    const code = provinceCode(province)
    if (code !== undefined) values.set(code, { value: total, to: to({ province: [province] }) })
  }
  const cities = (map?.cities ?? []).map(({ province, city, total }) => ({
    city,
    total,
    to: to({ province: [province], city: [city] }),
  }))
  const flows = (map?.flows ?? []).map(({ origin, province, city, total }) => ({
    origin,
    city,
    total,
    to: to({ origin: [origin], province: [province], city: [city] }),
  }))
  return { values, cities, flows }
}

/** Where parcels go: provinces as tiles, and streams between the points of cities. */
export const LiveMaps = memo(function LiveMaps({ live }: { live: Live | undefined }) {
  const t = useMessages(liveWords)
  const { values, cities, flows } = useMemo(() => drawn(live), [live])
  const chosen = live?.filters['stage'] === undefined ? [] : live.map.stages
  const stages = chosen.length > 0 ? chosen.map((one) => t.stages[one]).join('、') : t.moving
  const none = live?.map.provinces.length === 0
  const shown = (map: ReactNode) =>
    none ? <EmptyState compact title={t.empty} how={t.emptyHow} /> : live === undefined ? <Bar height={380} /> : map
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
})
