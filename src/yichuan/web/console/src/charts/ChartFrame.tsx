import { BarChartOutlined, TableOutlined } from '@ant-design/icons'
import { type ReactNode, Suspense, useState } from 'react'
import { Link } from 'react-router'
import { formatCount } from '@/format'
import { defineMessages, useMessages } from '@/i18n'
import { Bar, IconButton } from '@/ui'
import styles from './ChartFrame.module.css'

const words = defineMessages(
  { asTable: '以表格查看', asChart: '以图形查看' },
  { asTable: 'Show as a table', asChart: 'Show as a chart' },
)

export interface ChartCell {
  value: number | null
  /** The list behind the number. */
  to?: string
}

export interface ChartTable {
  /** Heading of the first column, then one per series. */
  head: readonly string[]
  rows: readonly { label: string; cells: readonly ChartCell[] }[]
  format?: (value: number) => string
}

interface ChartFrameProps {
  /** One sentence that says what the chart shows, for those who cannot see it. */
  summary: string
  table: ChartTable
  height: number
  children: ReactNode
}

/** A chart with its numbers: the same data as a table, where every number opens its parcels. */
export function ChartFrame({ summary, table, height, children }: ChartFrameProps) {
  const t = useMessages(words)
  const [asTable, setAsTable] = useState(false)
  return (
    <div className={styles.frame}>
      <IconButton
        className={styles.toggle}
        label={asTable ? t.asChart : t.asTable}
        icon={asTable ? <BarChartOutlined /> : <TableOutlined />}
        onClick={() => setAsTable(!asTable)}
      />
      {asTable ? (
        <div className={styles.scroll} style={{ height }}>
          <Numbers summary={summary} {...table} />
        </div>
      ) : (
        <div role="img" aria-label={summary} style={{ height }}>
          <Suspense fallback={<Bar height={height} />}>{children}</Suspense>
        </div>
      )}
    </div>
  )
}

function Numbers({ summary, head, rows, format = formatCount }: ChartTable & { summary: string }) {
  return (
    <table className={styles.table}>
      <caption className="y-sr">{summary}</caption>
      <thead>
        <tr>
          {head.map((text) => (
            <th key={text} scope="col">
              {text}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ label, cells }) => (
          <tr key={label}>
            <td>{label}</td>
            {cells.map(({ value, to }, index) => (
              <td key={head[index + 1]}>
                {value === null ? '–' : to ? <Link to={to}>{format(value)}</Link> : format(value)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
