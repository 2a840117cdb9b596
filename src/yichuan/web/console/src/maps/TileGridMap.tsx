import { useMemo } from 'react'
import { formatCompact } from '@/format'
import { useLocale, useMessages } from '@/i18n'
import { useLinkClicks } from '@/lib/useLinkClicks'
import { textOn } from '@/theme/colour'
import { useMode } from '@/theme/mode'
import { RAMP } from '@/theme/palette'
import { PROVINCES, type Province, stepOf, steps } from './provinces'
import styles from './TileGridMap.module.css'
import { tileWords } from './words'

export interface TileValue {
  value: number
  /** The list behind the number. */
  to: string
}

export interface TileGridMapProps {
  /** By the first two digits of the adcode. */
  values: ReadonlyMap<string, TileValue>
  /** What is shown, for screen readers. */
  label: string
  format?: (value: number) => string
}

/** The provinces as equal tiles, deeper where there is more; every tile opens its parcels. */
export function TileGridMap({ values, label, format }: TileGridMapProps) {
  const t = useMessages(tileWords)
  const locale = useLocale()
  const ramp = RAMP[useMode()]
  const follow = useLinkClicks()
  const write = format ?? ((value: number) => formatCompact(value, locale))
  const numbers = useMemo(() => [...values.values()].map(({ value }) => value), [values])
  const bounds = useMemo(() => steps(numbers, ramp.length), [numbers, ramp.length])
  const colourOf = (value: number) => {
    const step = stepOf(value, bounds)
    const spread = bounds.length > 1 ? Math.round((step * (ramp.length - 1)) / (bounds.length - 1)) : ramp.length - 1
    return ramp[spread] ?? ''
  }
  return (
    <div>
      <div className={styles.grid} role="list" aria-label={label} onClick={follow}>
        {PROVINCES.map((province) => (
          <Tile
            key={province.code}
            province={province}
            name={locale === 'zh-CN' ? province.zh : province.letters}
            full={locale === 'zh-CN' ? province.zh : province.en}
            data={values.get(province.code)}
            write={write}
            colourOf={colourOf}
            none={t.none}
          />
        ))}
      </div>
      <div className={styles.legend} aria-hidden>
        {t.low}
        {ramp.map((colour) => (
          <span key={colour} className={styles.swatch} style={{ background: colour }} />
        ))}
        {t.high}
        {numbers.length > 0 && ` · ${write(Math.min(...numbers))} – ${write(Math.max(...numbers))}`}
      </div>
    </div>
  )
}

interface TileProps {
  province: Province
  name: string
  full: string
  data: TileValue | undefined
  write: (value: number) => string
  colourOf: (value: number) => string
  none: string
}

function Tile({ province, name, full, data, write, colourOf, none }: TileProps) {
  const place = { gridColumn: province.column + 1, gridRow: province.row + 1 }
  if (data === undefined) {
    return (
      <span role="listitem" className={`${styles.tile} ${styles.none}`} style={place} title={`${full} · ${none}`}>
        <span className={styles.name}>{name}</span>
      </span>
    )
  }
  const ground = colourOf(data.value)
  return (
    <span role="listitem" style={{ ...place, display: 'grid' }}>
      <a
        href={data.to}
        className={styles.tile}
        style={{ background: ground, color: textOn(ground) }}
        title={`${full} · ${write(data.value)}`}
      >
        <span className={styles.name}>{name}</span>
        <span className={styles.value}>{write(data.value)}</span>
      </a>
    </span>
  )
}
