import { Segmented } from 'antd'
import { Link } from 'react-router'
import { formatCount } from '@/format'
import { useMessages } from '@/i18n'
import { Bar, CourierTag, EmptyState, Panel, type PlainColumn, PlainTable } from '@/ui'
import styles from './live.module.css'
import { type AgeColumn, type By, isStage, type LiveAgeing as Ageing, type LiveRow, ROWS, SHOWN } from './liveData'
import { liveWords } from './liveWords'

interface LiveAgeingProps {
  by: By
  onBy: (by: By) => void
  data: Ageing | undefined
  /** Narrows the page to a row. */
  onChoose: (key: string) => void
  to: (key: string, column?: AgeColumn) => string
  staff: boolean
}

const NONE = '-'
/** From this column on a parcel stands long, from the next on very long. */
const LONG: Readonly<Record<string, string>> = { d3: 'risk', d4_6: 'risk', d7: 'broken' }

/** How long parcels stand, by stage, courier, merchant, province or goods. */
export function LiveAgeing({ by, onBy, data, onChoose, to, staff }: LiveAgeingProps) {
  const t = useMessages(liveWords)
  const number = (row: LiveRow, count: number, column?: AgeColumn) =>
    count === 0 ? (
      <span className={styles.zero}>0</span>
    ) : (
      <Link to={to(row.key, column)} className={styles.cell} data-tone={column && LONG[column.key]}>
        {formatCount(count)}
      </Link>
    )
  const titles: Readonly<Record<string, string>> = t.columns
  const columns: PlainColumn<LiveRow>[] = [
    {
      key: 'row',
      title: t[by],
      render: (row) => (
        <button type="button" className={styles.row} data-key={row.key} onClick={() => onChoose(row.key)}>
          <Name by={by} row={row} />
        </button>
      ),
    },
    { key: 'total', title: t.total, align: 'right', render: (row) => number(row, row.total) },
    ...(data?.columns ?? []).map(
      (column, index): PlainColumn<LiveRow> => ({
        key: column.key,
        title: titles[column.key] ?? column.key,
        align: 'right',
        render: (row) => number(row, row.ages[index] ?? 0, column),
      }),
    ),
  ]
  const rows = data?.rows.filter(({ total }) => by === 'stage' || total > 0) ?? []
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
      <p className={styles.hint}>{rows.length >= SHOWN ? t.biggest(SHOWN) : t.ageingHow}</p>
      {data === undefined ? (
        <Bar height={320} />
      ) : (
        <div className={styles.ageing}>
          <PlainTable
            caption={t.ageing}
            columns={columns}
            rows={rows}
            rowId={(row) => row.key}
            empty={<EmptyState compact title={t.empty} how={t.emptyHow} />}
          />
        </div>
      )}
    </Panel>
  )
}

function Name({ by, row: { key, name } }: { by: By; row: LiveRow }) {
  const t = useMessages(liveWords)
  if (by === 'stage') return isStage(key) ? t.stages[key] : key
  if (by === 'courier') return key === NONE ? t.noCourier : <CourierTag code={key} />
  if (by === 'merchant') return name ?? key.slice(0, 8)
  if (by === 'category') return key === NONE ? t.noCategory : key
  return key === NONE ? t.none : key
}
