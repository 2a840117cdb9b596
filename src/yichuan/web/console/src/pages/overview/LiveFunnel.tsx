import {
  CarryOutOutlined,
  CheckCircleFilled,
  ClockCircleOutlined,
  EnvironmentOutlined,
  HourglassOutlined,
  InboxOutlined,
  PrinterOutlined,
  RollbackOutlined,
  SendOutlined,
  WalletOutlined,
} from '@ant-design/icons'
import type { ComponentType } from 'react'
import { Link } from 'react-router'
import { formatCount } from '@/format'
import { useMessages } from '@/i18n'
import { Panel } from '@/ui'
import styles from './live.module.css'
import { isStage, type LiveRow, type Stage } from './liveData'
import { liveWords } from './liveWords'

const LOOKS: Readonly<Record<Stage, { icon: ComponentType<{ 'aria-hidden'?: boolean }>; tone: string }>> = {
  paid: { icon: WalletOutlined, tone: 'waiting' },
  printed: { icon: PrinterOutlined, tone: 'waiting' },
  shipped: { icon: HourglassOutlined, tone: 'waiting' },
  picked_up: { icon: CarryOutOutlined, tone: 'moving' },
  in_transit: { icon: SendOutlined, tone: 'moving' },
  arriving: { icon: EnvironmentOutlined, tone: 'moving' },
  out_for_delivery: { icon: ClockCircleOutlined, tone: 'moving' },
  ready_for_collection: { icon: InboxOutlined, tone: 'waiting' },
  returning: { icon: RollbackOutlined, tone: 'risk' },
  delivered: { icon: CheckCircleFilled, tone: 'done' },
}

interface LiveFunnelProps {
  rows: readonly LiveRow[]
  chosen: readonly string[]
  /** Narrows the page to a stage, or widens it again. */
  onChoose: (stage: string) => void
  to: (stage: string) => string
}

/** Every stage from payment to signature with what stands there. */
export function LiveFunnel({ rows, chosen, onChoose, to }: LiveFunnelProps) {
  const t = useMessages(liveWords)
  const most = Math.max(1, ...rows.map(({ total }) => total))
  const open = rows.reduce((sum, { key, total }) => (key === 'delivered' ? sum : sum + total), 0)
  return (
    <Panel
      title={t.funnel}
      extra={
        <span className={styles.hint}>
          {t.open} <strong>{formatCount(open)}</strong> · {t.funnelHow}
        </span>
      }
    >
      <ol className={styles.funnel}>
        {rows.map(({ key, total }) => {
          if (!isStage(key)) return null
          const { icon: Icon, tone } = LOOKS[key]
          return (
            <li key={key} className={styles.step} data-stage={key}>
              <button type="button" aria-pressed={chosen.includes(key)} onClick={() => onChoose(key)}>
                <Icon aria-hidden /> {t.stages[key]}
              </button>
              <Link to={to(key)} className={styles.number}>
                {formatCount(total)}
              </Link>
              <span className={styles.gauge} aria-hidden>
                <span data-tone={tone} style={{ width: `${(100 * total) / most}%` }} />
              </span>
            </li>
          )
        })}
      </ol>
    </Panel>
  )
}
