import { CarOutlined, CheckCircleFilled, GiftOutlined, InboxOutlined, SendOutlined, WalletOutlined } from '@ant-design/icons'
import type { ComponentType } from 'react'
import { Link } from 'react-router'
import { formatCount } from '@/format'
import { useMessages } from '@/i18n'
import { Panel } from '@/ui'
import type { Stage } from './data'
import { drillTo } from './drill'
import { Gauge } from './Gauge'
import styles from './overview.module.css'
import { words } from './words'

const ICONS: Readonly<Record<Stage['key'], ComponentType<{ 'aria-hidden'?: boolean }>>> = {
  paid: WalletOutlined,
  shipped: InboxOutlined,
  picked_up: GiftOutlined,
  in_transit: SendOutlined,
  out_for_delivery: CarOutlined,
  delivered: CheckCircleFilled,
}

/** The way from payment to signature: how many stand at each step, how many came there today. */
export function Flow({ stages, merchant = false }: { stages: readonly Stage[]; merchant?: boolean }) {
  const t = useMessages(words)
  const most = Math.max(1, ...stages.map(({ standing }) => standing ?? 0))
  return (
    <Panel title={t.flow} extra={<Link to="/overview/live">{t.live}</Link>}>
      <ol className={styles.flow} aria-label={t.flowSummary}>
        {stages.map(({ key, standing, standing_drill, today, today_drill }) => {
          const Icon = ICONS[key]
          const share = (standing ?? 0) / most
          return (
            <li key={key} className={styles.stage}>
              <span className={styles.stageName}>
                <Icon aria-hidden /> {t[key]}
              </span>
              {standing !== null && standing_drill ? (
                <Link to={drillTo(standing_drill, merchant)} className={styles.standing}>
                  {formatCount(standing)} <small>{t.standing}</small>
                </Link>
              ) : (
                today !== null &&
                today_drill && (
                  <Link to={drillTo(today_drill, merchant)} className={`${styles.standing} ${styles.signed}`}>
                    {formatCount(today)} <small>{t.noStanding}</small>
                  </Link>
                )
              )}
              <Gauge share={standing === null ? 1 : share} tone={standing === null ? 'done' : 'moving'} />
              <span className={styles.stageToday}>
                {today !== null && today_drill ? (
                  <Link to={drillTo(today_drill, merchant)}>{t.todayCount(formatCount(today))}</Link>
                ) : (
                  ' '
                )}
              </span>
            </li>
          )
        })}
      </ol>
    </Panel>
  )
}
