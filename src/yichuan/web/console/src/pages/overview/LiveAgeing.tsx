import { Button, Segmented } from 'antd'
import { memo, useMemo, useState } from 'react'
import { formatCount } from '@/format'
import { useMessages } from '@/i18n'
import { useLinkClicks } from '@/lib/useLinkClicks'
import { useIsPhone } from '@/lib/useMediaQuery'
import { Bar, CourierTag, EmptyState, Panel, type PlainColumn, PlainTable } from '@/ui'
import styles from './live.module.css'
import { type By, daysIn, FILTER_OF, isStage, type Live, type LiveRow, OPEN, parcels, ROWS, SHOWN } from './liveData'
import { liveWords } from './liveWords'

interface LiveAgeingProps {
  /** The rows that are wanted; `live` may still have others. */
  by: By
  onBy: (by: By) => void
  live: Live | undefined
  /** Narrows the page to a row. */
  onChoose: (by: By, key: string) => void
  staff: boolean
}

const NONE = '-'
/** Rows of a table at first: of a hundred merchants those with most parcels, and the maps near. */
const FIRST = 20
const FIRST_ON_PHONE = 6
/** From this column on a parcel stands long, from the next on very long. */
const LONG: Readonly<Record<string, string>> = { d3: 'risk', d4_6: 'risk', d7: 'broken' }

/** How long parcels stand, by stage, courier, merchant, province or goods. */
export const LiveAgeing = memo(function LiveAgeing({ by, onBy, live, onChoose, staff }: LiveAgeingProps) {
  const t = useMessages(liveWords)
  const full = live !== undefined && live.by !== 'stage' && live.rows.length >= SHOWN
  return (
    <Panel
      title={t.ageing}
      extra={
        <Segmented<By>
          size="small"
          aria-label={t.by}
          value={by}
          onChange={onBy}
          options={ROWS.filter((one) => staff || one !== 'merchant').map((value) => ({ value, label: t[value] }))}
        />
      }
    >
      <p className={styles.hint}>{full ? t.biggest(SHOWN) : t.ageingHow}</p>
      {live === undefined ? <Bar height={320} /> : <Rows live={live} onChoose={onChoose} />}
    </Panel>
  )
})

const Rows = memo(function Rows({ live, onChoose }: { live: Live; onChoose: LiveAgeingProps['onChoose'] }) {
  const t = useMessages(liveWords)
  const follow = useLinkClicks()
  const { by } = live
  const first = useIsPhone() && by !== 'stage' ? FIRST_ON_PHONE : FIRST
  const [whole, setWhole] = useState<By>()
  const rows = whole === by ? live.rows : live.rows.slice(0, first)
  const more = live.rows.length - rows.length
  const columns = useMemo(() => {
    const titles: Readonly<Record<string, string>> = t.columns
    const to = parcels({ ...live.filters, stage: live.filters['stage'] ?? OPEN })
    const number = (row: LiveRow, count: number, more: Readonly<Record<string, readonly string[]>>, tone?: string) =>
      count === 0 ? (
        <span className={styles.zero}>0</span>
      ) : (
        <a href={to({ [FILTER_OF[by]]: [row.key], ...more })} className={styles.cell} data-tone={tone}>
          {formatCount(count)}
        </a>
      )
    const made: PlainColumn<LiveRow>[] = [
      {
        key: 'row',
        title: t[by],
        render: (row) => (
          <button type="button" className={styles.row} data-key={row.key} onClick={() => onChoose(by, row.key)}>
            <Name by={by} row={row} />
          </button>
        ),
      },
      { key: 'total', title: t.total, align: 'right', render: (row) => number(row, row.total, {}) },
    ]
    live.columns.forEach((column, index) => {
      const since = { since: daysIn(column, live.filters) }
      made.push({
        key: column.key,
        title: titles[column.key] ?? column.key,
        align: 'right',
        render: (row) => number(row, row.ages[index] ?? 0, since, LONG[column.key]),
      })
    })
    return made
  }, [t, live, by, onChoose])
  return (
    <div className={styles.ageing} onClick={follow}>
      <PlainTable
        caption={t.ageing}
        columns={columns}
        rows={rows}
        rowId={(row) => row.key}
        empty={<EmptyState compact title={t.empty} how={t.emptyHow} />}
      />
      {more > 0 && (
        <Button type="link" className={styles.more} onClick={() => setWhole(by)}>
          {t.moreRows(more)}
        </Button>
      )}
    </div>
  )
})

function Name({ by, row: { key, name } }: { by: By; row: LiveRow }) {
  const t = useMessages(liveWords)
  if (by === 'stage') return isStage(key) ? t.stages[key] : key
  if (by === 'courier') return key === NONE ? t.noCourier : <CourierTag code={key} />
  if (by === 'merchant') return name ?? key.slice(0, 8)
  if (by === 'category') return key === NONE ? t.noCategory : key
  return key === NONE ? t.none : key
}
