import { CITIES, findCity } from '@/maps/cities'
import { fit, type Point } from '@/maps/projection'
import styles from './LoginArt.module.css'

const WIDTH = 900
const HEIGHT = 900

/** Relays between real cities, as a parcel would take them. */
const WAYS = [
  ['广州', '长沙', '武汉', '郑州', '北京'],
  ['杭州', '合肥', '西安', '兰州', '乌鲁木齐'],
  ['成都', '重庆', '武汉', '上海'],
  ['昆明', '贵阳', '长沙', '杭州'],
  ['沈阳', '北京', '济南', '上海'],
  ['哈尔滨', '沈阳'],
]

const { project } = fit(CITIES, { width: WIDTH, height: HEIGHT, margin: 30 })
const at = (name: string): Point => {
  const city = findCity({ city: name })
  return city ? project(city) : { x: 0, y: 0 }
}

function path(way: readonly string[]): string {
  const points = way.map(at)
  return points.reduce((drawn, to, index) => {
    const from = points[index - 1]
    if (from === undefined) return `M${to.x},${to.y}`
    const bend = 0.14
    const x = (from.x + to.x) / 2 + (to.y - from.y) * bend
    const y = (from.y + to.y) / 2 - (to.x - from.x) * bend
    return `${drawn} Q${x},${y} ${to.x},${to.y}`
  }, '')
}

/** The cities as points and a few parcels on their way between them. */
export default function LoginArt({ className }: { className?: string }) {
  const stations = [...new Set(WAYS.flat())].map((name) => ({ name, ...at(name) }))
  return (
    <svg className={className} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="xMidYMid slice" aria-hidden>
      {CITIES.map((city) => {
        const { x, y } = project(city)
        return <circle key={city.adcode} className={styles.city} cx={x} cy={y} r={2.1} />
      })}
      {WAYS.map((way, index) => (
        <g key={way.join()}>
          <path className={styles.leg} d={path(way)} />
          <path className={styles.parcel} d={path(way)} pathLength={1} style={{ animationDelay: `${-index * 1.3}s` }} />
        </g>
      ))}
      {stations.map(({ name, x, y }) => (
        <circle key={name} className={styles.station} cx={x} cy={y} r={4.5} />
      ))}
    </svg>
  )
}
