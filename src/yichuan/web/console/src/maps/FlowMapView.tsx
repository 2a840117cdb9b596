import { memo, useMemo } from 'react'
import { formatCount } from '@/format'
import { useMessages } from '@/i18n'
import { useLinkClicks } from '@/lib/useLinkClicks'
import { CITIES, findCity, shortName } from './cities'
import styles from './FlowMap.module.css'
import type { FlowMapProps } from './FlowMap'
import { bow, fit, placeLabels } from './projection'
import { useWidth } from './useWidth'
import { flowWords } from './words'

const NAMED = 14
const LABEL = 12
/** As on a sheet of the whole country: the picture does not jump when it is narrowed. */
const FRAME = [
  { lon: 80, lat: 52 },
  { lon: 131, lat: 18 },
]

interface Size {
  width: number
  height: number
}

/** Every city, as a dot. */
const Dots = memo(function Dots({ width, height }: Size) {
  const { project } = fit(FRAME, { width, height, margin: 16 })
  return (
    <g aria-hidden>
      {CITIES.map((city) => {
        const { x, y } = project(city)
        return <circle key={city.adcode} className={styles.dot} cx={x} cy={y} r={1.2} />
      })}
    </g>
  )
})

function useFlows({ cities, flows }: FlowMapProps, width: number, height: number) {
  return useMemo(() => {
    const { project } = fit(FRAME, { width, height, margin: 16 })
    const at = (name: string) => {
      const city = findCity({ city: name })
      return city && project(city)
    }
    const most = Math.max(1, ...cities.map(({ total }) => total))
    const points = cities.flatMap((place) => {
      const point = at(place.city)
      return point ? [{ place, point, radius: 2 + 13 * Math.sqrt(place.total / most) }] : []
    })
    const top = Math.max(1, flows[0]?.total ?? 1)
    const arcs = flows.flatMap((flow) => {
      const [from, to] = [at(flow.origin), at(flow.city)]
      return from && to ? [{ flow, path: bow(from, to), share: flow.total / top }] : []
    })
    const named = points.slice(0, NAMED)
    const placed = placeLabels(
      named.map(({ point, place }) => ({ point, text: shortName(place.city) })),
      { width, height },
      LABEL,
    )
    const labels = named.flatMap(({ place }, index) => {
      const box = placed[index]
      return box ? [{ ...box, text: shortName(place.city) }] : []
    })
    const missing = cities.length - points.length
    return { points, arcs, labels, missing }
  }, [cities, flows, width, height])
}

export default function FlowMapView(props: FlowMapProps) {
  const t = useMessages(flowWords)
  const follow = useLinkClicks()
  const [holder, width] = useWidth()
  const height = Math.min(props.height ?? 420, Math.round(width * 0.78))
  const { points, arcs, labels, missing } = useFlows(props, width, height)
  // Keyed by their place in the picture: narrowed to other parcels, the same shapes are moved.
  return (
    <div ref={holder}>
      <svg
        className={styles.map}
        viewBox={`0 0 ${width} ${height}`}
        height={height}
        role="group"
        aria-label={t.label}
        onClick={follow}
      >
        <Dots width={width} height={height} />
        {arcs.toReversed().map(({ flow, path, share }, index) => (
          <Arc
            key={arcs.length - index}
            to={flow.to}
            text={`${flow.origin} → ${flow.city} ${formatCount(flow.total)}`}
            path={path}
            share={share}
          />
        ))}
        {points.toReversed().map(({ place, point, radius }, index) => (
          <Place
            key={points.length - index}
            to={place.to}
            text={`${place.city} ${formatCount(place.total)}`}
            x={point.x}
            y={point.y}
            radius={radius}
          />
        ))}
        {labels.map(({ text, x, y, anchor }) => (
          <text key={text} className={styles.label} x={x} y={y} textAnchor={anchor} aria-hidden>
            {text}
          </text>
        ))}
      </svg>
      {missing > 0 && <p className={styles.missing}>{t.missing(missing)}</p>}
    </div>
  )
}

interface ShapeProps {
  to: string
  text: string
}

const Arc = memo(function Arc({ to, text, path, share }: ShapeProps & { path: string; share: number }) {
  return (
    <a href={to} tabIndex={-1}>
      <title>{text}</title>
      <path className={styles.arc} d={path} strokeWidth={0.6 + 4 * Math.sqrt(share)} opacity={0.12 + 0.6 * share} />
    </a>
  )
})

const Place = memo(function Place({ to, text, x, y, radius }: ShapeProps & { x: number; y: number; radius: number }) {
  return (
    <a href={to} tabIndex={-1}>
      <title>{text}</title>
      <circle className={styles.place} cx={x} cy={y} r={radius} />
    </a>
  )
})
