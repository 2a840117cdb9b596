import { CustomerServiceOutlined, FireOutlined, HourglassOutlined, WarningOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { formatCount } from '@/format'
import { useMessages } from '@/i18n'
import { useLiveRefresh } from '@/live'
import { ErrorState, Kpi, KpiGrid, PageHeader, PageSkeleton, PageStack, TimeAgo } from '@/ui'
import { Storms } from '../exceptions/Storms'
import { type Figure, type Overview, overviewQuery, type ScoreFigure, total } from './data'
import { drillTo } from './drill'
import { FigureList } from './FigureList'
import { Flow } from './Flow'
import styles from './overview.module.css'
import { Breaches, Problems } from './parts'
import { Provinces } from './Provinces'
import { Trend } from './Trend'
import { words } from './words'

/** After a parcel moved its counts are asked for again, this many milliseconds later. */
const REFRESH_MS = 10_000

/** The platform's first screen. */
export function Platform() {
  const t = useMessages(words)
  const overview = useQuery(overviewQuery)
  useLiveRefresh(overviewQuery.queryKey, REFRESH_MS)
  if (overview.data === undefined) {
    return overview.isError ? (
      <ErrorState error={overview.error} onRetry={() => void overview.refetch()} />
    ) : (
      <PageSkeleton />
    )
  }
  const { at, hours, needs, funnel, trend } = overview.data
  return (
    <PageStack>
      <PageHeader
        title={t.overview}
        subtitle={
          <>
            {t.asOf} <TimeAgo at={at} />
          </>
        }
      />
      <Storms storms={needs.storms} />
      <Counts needs={needs} hours={hours} />
      <div className={styles.columns}>
        <Breaches figures={needs.breaches} hours={hours} />
        <Problems figures={needs.problems} />
        <Scores title={t.couriers} none={t.couriersNone} scores={needs.couriers_off_standard} />
        <Scores title={t.merchants} none={t.merchantsNone} scores={needs.merchants_off_target} />
      </div>
      <Flow stages={funnel} />
      <div className={styles.halves}>
        <Trend rows={trend} />
        <Provinces />
      </div>
    </PageStack>
  )
}

function Counts({ needs, hours }: { needs: Overview['needs']; hours: number }) {
  const t = useMessages(words)
  const ticket = (key: string): Figure | undefined => needs.tickets.find((figure) => figure.key === key)
  const [answer, overdue] = [ticket('to_answer'), ticket('overdue')]
  const [soon, wrong] = [total(needs.breaches), total(needs.problems)]
  return (
    <div className={styles.counts}>
      <KpiGrid>
      {answer && <Kpi label={t.answer} value={answer.value} to={drillTo(answer.drill)} icon={CustomerServiceOutlined} />}
      {overdue && (
        <Kpi
          label={t.overdue}
          value={overdue.value}
          to={drillTo(overdue.drill)}
          icon={FireOutlined}
          tone={overdue.value > 0 ? 'broken' : undefined}
        />
      )}
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

interface ScoresProps {
  title: string
  none: string
  scores: readonly ScoreFigure[]
}

function Scores({ title, none, scores }: ScoresProps) {
  const t = useMessages(words)
  return (
    <FigureList
      title={title}
      extra={<span className={styles.hint}>{t.target}</span>}
      none={none}
      lines={scores.map(({ id, name, score, shipments, drill }) => ({
        key: id,
        name: (
          <>
            {name} <small>{t.ofShipments(formatCount(shipments))}</small>
          </>
        ),
        value: score.toFixed(1),
        to: drillTo(drill),
        tone: score < 60 ? 'broken' : 'risk',
      }))}
    />
  )
}
