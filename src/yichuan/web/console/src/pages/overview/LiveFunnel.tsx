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
import { type ComponentType, memo } from 'react'
import { formatCount } from '@/format'
import { useMessages } from '@/i18n'
import { useLinkClicks } from '@/lib/useLinkClicks'
import { Panel } from '@/ui'
import { Gauge } from './Gauge'
import styles from './live.module.css'
import { type Live, parcels, STAGES, type Stage } from './liveData'
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
  live: Live | undefined
  chosen: readonly string[]
  /** Narrows the page to a stage, or widens it again. */
  onChoose: (stage: string) => void
}

/** Every stage from payment to signature with what stands there. */
export const LiveFunnel = memo(function LiveFunnel({ live, chosen, onChoose }: LiveFunnelProps) {
  const t = useMessages(liveWords)
  const follow = useLinkClicks()
  const to = parcels(live?.filters ?? {})
  const stages = live?.stages ?? STAGES.map((key) => ({ key, total: 0 }))
  const most = Math.max(1, ...stages.map(({ total }) => total))
  const open = stages.reduce((sum, { key, total }) => (key === 'delivered' ? sum : sum + total), 0)
  return (
    <Panel
      title={t.funnel}
      extra={
        <span className={styles.hint}>
          {t.open} <strong>{formatCount(open)}</strong> · {t.funnelHow}
        </span>
      }
    >
      <ol className={styles.funnel} onClick={follow}>
        {stages.map(({ key, total }) => {
          const { icon: Icon, tone } = LOOKS[key]
          return (
            <li key={key} className={styles.step} data-stage={key}>
              <button type="button" aria-pressed={chosen.includes(key)} onClick={() => onChoose(key)}>
                <Icon aria-hidden /> {t.stages[key]}
              </button>
              <a href={to({ stage: [key] })} className={styles.number}>
                {formatCount(total)}
              </a>
              <Gauge share={total / most} tone={tone} />
            </li>
          )
        })}
      </ol>
    </Panel>
  )
})
