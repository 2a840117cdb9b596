import {
  ArrowDownOutlined,
  ArrowUpOutlined,
  CustomerServiceOutlined,
  FireOutlined,
  HourglassOutlined,
  PrinterOutlined,
  SwapOutlined,
  WarningOutlined,
} from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import type { ComponentProps } from 'react'
import { Link } from 'react-router'
import { formatCount } from '@/format'
import { useLocale, useMessages } from '@/i18n'
import { useLiveRefresh } from '@/live'
import { EmptyState, ErrorState, Kpi, KpiGrid, PageHeader, PageSkeleton, PageStack, Panel, TimeAgo } from '@/ui'
import { Grade } from '../merchants/Grade'
import { type Figure, type Today, todayQuery, total } from './data'
import { drillTo } from './drill'
import { Flow } from './Flow'
import styles from './overview.module.css'
import { Breaches, Problems } from './parts'
import { Provinces } from './Provinces'
import { Trend } from './Trend'
import { words } from './words'

/** After a parcel moved its counts are asked for again, this many milliseconds later. */
const REFRESH_MS = 10_000

/** A merchant's first screen: what is to be done today, and what moved its score. */
export function TodayView() {
  const t = useMessages(words)
  const today = useQuery(todayQuery)
  useLiveRefresh(todayQuery.queryKey, REFRESH_MS)
  if (today.data === undefined) {
    return today.isError ? (
      <ErrorState error={today.error} onRetry={() => void today.refetch()} />
    ) : (
      <PageSkeleton />
    )
  }
  const { at, hours, problems, breaches, funnel, trend, score } = today.data
  return (
    <PageStack>
      <PageHeader
        title={t.today}
        subtitle={
          <>
            {t.asOf} <TimeAgo at={at} />
          </>
        }
      />
      <ToDo today={today.data} />
      <div className={styles.columns}>
        <Breaches figures={breaches} hours={hours} merchant />
        <Problems figures={problems} merchant />
        <Score score={score} />
      </div>
      <Flow stages={funnel} merchant />
      <div className={styles.halves}>
        <Trend rows={trend} merchant />
        <Provinces merchant />
      </div>
    </PageStack>
  )
}

function ToDo({ today }: { today: Today }) {
  const t = useMessages(words)
  const { capped_at, to_print, to_hand_over, to_answer, overdue, breaches, problems, hours } = today
  const [soon, wrong] = [total(breaches), total(problems)]
  const card = (figure: Figure, label: string, rest: Pick<ComponentProps<typeof Kpi>, 'icon' | 'tone'>) => (
    <Kpi
      label={label}
      value={figure.value >= capped_at ? t.more(formatCount(capped_at)) : figure.value}
      to={drillTo(figure.drill, true)}
      {...rest}
    />
  )
  return (
    <div className={styles.counts}>
      <KpiGrid>
      {card(to_print, t.to_print, { icon: PrinterOutlined, tone: to_print.value > 0 ? 'moving' : undefined })}
      {card(to_hand_over, t.to_hand_over, { icon: SwapOutlined, tone: to_hand_over.value > 0 ? 'moving' : undefined })}
      {card(to_answer, t.to_answer, { icon: CustomerServiceOutlined })}
      {card(overdue, t.late, { icon: FireOutlined, tone: overdue.value > 0 ? 'broken' : undefined })}
      <Kpi
        label={t.soon(hours)}
        value={soon}
        to={`/exceptions/upcoming?hours=${hours}`}
        icon={HourglassOutlined}
        tone={soon > 0 ? 'risk' : undefined}
      />
      <Kpi label={t.problemTotal} value={wrong} to="/exceptions?open=true" icon={WarningOutlined} />
      </KpiGrid>
    </div>
  )
}

function Score({ score }: Pick<Today, 'score'>) {
  const t = useMessages(words)
  const locale = useLocale()
  if (score === null) {
    return (
      <Panel title={t.score}>
        <EmptyState compact title={t.scoreNone} how={t.scoreNoneHow} />
      </Panel>
    )
  }
  return (
    <Panel title={t.score} extra={<Link to="/merchants">{t.scoreMore}</Link>}>
      <Link to="/merchants" className={styles.score}>
        <span className={styles.scoreValue}>{score.score.toFixed(1)}</span>
        <Grade grade={score.grade} />
      </Link>
      {score.moves.length === 0 ? (
        <p className={styles.hint}>{score.before === null ? t.scoreFirst : t.scoreSame}</p>
      ) : (
        <>
          <p className={styles.hint}>{t.scoreMoved}</p>
          <ul className={styles.lines}>
            {score.moves.map(({ key, name_zh, name_en, effect }) => (
              <li key={key}>
                <Link to="/merchants" className={`${styles.line} ${effect < 0 ? styles.broken : styles.better}`}>
                  {effect < 0 ? <ArrowDownOutlined aria-hidden /> : <ArrowUpOutlined aria-hidden />}
                  <span className={styles.name}>{locale === 'zh-CN' ? name_zh : name_en}</span>
                  <span className={styles.value}>{`${effect > 0 ? '+' : ''}${effect.toFixed(2)}`}</span>
                </Link>
              </li>
            ))}
          </ul>
        </>
      )}
    </Panel>
  )
}
