import { CheckCircleFilled, FireFilled, MinusCircleOutlined } from '@ant-design/icons'
import { formatExact, formatSpan } from '@/format'
import { useLocale, useMessages } from '@/i18n'
import { Chip, Dash, Deadline } from '@/ui'
import type { Row } from './data'
import { promiseWords } from './words'

interface PromiseChipProps {
  /** What was promised, and when it happened: RFC 3339 with offset. */
  due: string | null
  done: string | null
  /** It ended in another way: the promise means nothing any more. */
  off?: boolean
  keptWord?: string
}

/** A promise: kept, broken by so much, or a running clock. */
export function PromiseChip({ due, done, off = false, keptWord }: PromiseChipProps) {
  const t = useMessages(promiseWords)
  const locale = useLocale()
  if (due === null) return <Dash />
  const end = new Date(due)
  const title = formatExact(end)
  if (done !== null) {
    const late = new Date(done).getTime() - end.getTime()
    if (late <= 0) {
      return (
        <Chip tone="done" icon={CheckCircleFilled} title={title}>
          {keptWord ?? t.kept}
        </Chip>
      )
    }
    return (
      <Chip tone="broken" icon={FireFilled} title={title}>
        {t.late(formatSpan(late, locale))}
      </Chip>
    )
  }
  if (off) {
    return (
      <Chip tone="waiting" icon={MinusCircleOutlined} title={title}>
        {t.void}
      </Chip>
    )
  }
  return <Deadline at={due} soonMinutes={12 * 60} />
}

const OFF: readonly string[] = ['cancelled', 'returned', 'returning', 'lost']

/** The next promise of a box: to ship, then to deliver. */
export function NextPromise({ row }: { row: Row }) {
  const off = OFF.includes(row.milestone)
  const t = useMessages(promiseWords)
  if (row.shipped_at === null && row.delivered_at === null && row.milestone === 'created') {
    return <PromiseChip due={row.ship_by} done={null} off={off} keptWord={t.keptShipped} />
  }
  return <PromiseChip due={row.promised_at} done={row.delivered_at} off={off} />
}

export function DeliveryPromise({ row }: { row: Row }) {
  return <PromiseChip due={row.promised_at} done={row.delivered_at} off={OFF.includes(row.milestone)} />
}

export function ShipPromise({ row }: { row: Row }) {
  const t = useMessages(promiseWords)
  return (
    <PromiseChip
      due={row.ship_by}
      done={row.shipped_at}
      off={row.milestone !== 'created'}
      keptWord={t.keptShipped}
    />
  )
}
