import { useMemo } from 'react'
import { formatExact } from '@/format'
import { useMessages } from '@/i18n'
import { CITIES, findCity, shortName } from './cities'
import { bow, fit, placeLabels } from './projection'
import styles from './RouteMap.module.css'
import type { RouteMapProps, RouteStop } from './RouteMap'
import { useWidth } from './useWidth'
import { routeWords } from './words'

const LABEL = 13

interface Located {
  stop: RouteStop
  name: string
  lon: number
  lat: number
}

function locate(stop: RouteStop): Located | undefined {
  const city = findCity(stop)
  const lon = stop.lon ?? city?.lon
  const lat = stop.lat ?? city?.lat
  if (lon === undefined || lon === null || lat === undefined || lat === null) return undefined
  return { stop, name: shortName(stop.city ?? city?.name ?? ''), lon, lat }
}

function useRoute(stops: readonly RouteStop[], destination: RouteStop | undefined, width: number, height: number) {
  return useMemo(() => {
    const passed = stops.flatMap((stop) => locate(stop) ?? [])
    const route = passed.filter((place, index) => place.name !== passed[index - 1]?.name)
    const last = route.at(-1)
    const end = destination && locate(destination)
    const ahead = end && end.name !== last?.name ? end : undefined
    const places = ahead ? [...route, ahead] : route
    const missing = stops.length - passed.length
    if (places.length === 0) return { places, points: [], labels: [], cities: [], ahead, missing }
    const { project } = fit(places, { width, height, margin: 44, minSpan: 5 })
    const points = places.map(project)
    const order = places.map((_, index) => index).sort((a, b) => rank(a, places.length) - rank(b, places.length))
    const placed = placeLabels(
      order.map((index) => ({ point: points[index] ?? { x: 0, y: 0 }, text: places[index]?.name ?? '' })),
      { width, height },
      LABEL,
    )
    const labels = order.flatMap((index, i) => {
      const box = placed[i]
      return box ? [{ ...box, index, text: places[index]?.name ?? '' }] : []
    })
    const cities = CITIES.map((city) => ({ ...project(city), adcode: city.adcode })).filter(
      ({ x, y }) => x > -4 && x < width + 4 && y > -4 && y < height + 4,
    )
    return { places, points, labels, cities, ahead, missing }
  }, [stops, destination, width, height])
}

/** Both ends first, then from the newest back. */
function rank(index: number, count: number): number {
  return index === 0 || index === count - 1 ? 0 : count - index
}

export default function RouteMapView({ stops, destination, tone = 'moving', height = 280 }: RouteMapProps) {
  const t = useMessages(routeWords)
  const [holder, width] = useWidth()
  const { places, points, labels, cities, ahead, missing } = useRoute(stops, destination, width, height)
  if (places.length === 0) return <p className={styles.unknown}>{t.nowhere}</p>
  const hereIndex = ahead ? places.length - 2 : places.length - 1
  const here = points[hereIndex]
  return (
    <div ref={holder}>
      <svg
        className={styles.map}
        viewBox={`0 0 ${width} ${height}`}
        height={height}
        role="img"
        aria-label={t.summary(places.map(({ name }) => name).join(' → '))}
      >
        {cities.map(({ adcode, x, y }) => (
          <circle key={adcode} className={styles.city} cx={x} cy={y} r={1.6} />
        ))}
        {points.slice(1).map((point, index) => (
          <path
            key={`${point.x},${point.y},${index}`}
            className={`${styles.leg} ${ahead && index === points.length - 2 ? styles.ahead : ''}`}
            d={bow(points[index] ?? point, point)}
          />
        ))}
        {places.map(({ stop, name }, index) => (
          <circle
            key={`${name}-${index}`}
            className={ahead && index === places.length - 1 ? styles.end : styles.stop}
            cx={points[index]?.x}
            cy={points[index]?.y}
            r={5}
          >
            <title>{stop.at ? `${name} ${formatExact(new Date(stop.at))}` : name}</title>
          </circle>
        ))}
        {here && hereIndex >= 0 && (
          <>
            {tone === 'moving' && <circle className={styles.pulse} cx={here.x} cy={here.y} r={9} />}
            <circle className={`${styles.here} ${styles[tone]}`} cx={here.x} cy={here.y} r={7} />
          </>
        )}
        {labels.map(({ index, text, x, y, anchor }) => (
          <text key={index} className={styles.label} x={x} y={y} textAnchor={anchor}>
            {text}
          </text>
        ))}
      </svg>
      {missing > 0 && <p className={styles.unknown}>{t.missing(missing)}</p>}
    </div>
  )
}
