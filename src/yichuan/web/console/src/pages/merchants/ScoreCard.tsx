import { ArrowDownOutlined, ArrowUpOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { ApiError } from '@/api/problem'
import { useMe } from '@/auth/useMe'
import { TrendChart } from '@/charts'
import { formatCount, formatPercent } from '@/format'
import { useLocale, useMessages } from '@/i18n'
import { Dash, DetailSkeleton, EmptyState, ErrorState, Panel, PlainTable, ProgressBar } from '@/ui'
import { type Card, cardQuery, TARGET } from './data'
import { Grade } from './Grade'
import styles from './merchants.module.css'
import { words } from './words'

type Part = Card['parts'][number]

/** A score: how much, what it is made of, what moved it, and how it went. */
export function ScoreCard({ id }: { id: string }) {
  const t = useMessages(words)
  const card = useQuery({ ...cardQuery(id), retry: false })
  if (card.data !== undefined) return <Known card={card.data} id={id} />
  if (card.error instanceof ApiError && card.error.status === 404) {
    return (
      <Panel title={t.score}>
        <EmptyState compact title={t.scoreNoneTitle} how={t.scoreNoneHow} />
      </Panel>
    )
  }
  return card.isError ? (
    <ErrorState error={card.error} onRetry={() => void card.refetch()} compact />
  ) : (
    <DetailSkeleton />
  )
}

function Known({ card, id }: { card: Card; id: string }) {
  const staff = useMe().role !== 'merchant'
  const t = useMessages(words)
  const tone = card.score < 60 ? 'broken' : card.score < TARGET ? 'risk' : 'done'
  return (
    <>
      <Panel title={t.score} extra={<span className={styles.quiet}>{t.asOf(card.day)}</span>}>
        <div className={styles.score}>
          <span className={styles.big}>{card.score.toFixed(1)}</span>
          <Grade grade={card.grade} />
          {card.before !== null && <span className={styles.quiet}>{t.before(card.before.toFixed(1))}</span>}
        </div>
        <ProgressBar done={card.score} all={100} tone={tone} label={t.score} />
        <Moves moves={card.moves} isNew={card.before === null} />
      </Panel>
      <Panel title={t.parts} flush>
        <Parts parts={card.parts} id={id} staff={staff} day={card.day} />
      </Panel>
      {card.history.length > 1 && (
        <Panel title={t.history}>
          <TrendChart
            summary={t.historySummary}
            axis={t.day}
            labels={card.history.map(({ day }) => day.slice(5))}
            series={[{ name: t.score, tone: 'moving', values: card.history.map(({ score }) => score) }]}
            format={(value) => value.toFixed(1)}
            height={220}
          />
        </Panel>
      )}
    </>
  )
}

function Moves({ moves, isNew }: Pick<Card, 'moves'> & { isNew: boolean }) {
  const t = useMessages(words)
  const locale = useLocale()
  if (moves.length === 0) return <p className={styles.quiet}>{isNew ? t.movedNew : t.movedNone}</p>
  return (
    <div className={styles.moves}>
      <p className={styles.quiet}>{t.moved}</p>
      {moves.map(({ key, name_zh, name_en, effect, before, after }) => (
        <div key={key} className={`${styles.move} ${effect < 0 ? styles.worse : styles.better}`}>
          {effect < 0 ? <ArrowDownOutlined aria-hidden /> : <ArrowUpOutlined aria-hidden />}
          <span>{locale === 'zh-CN' ? name_zh : name_en}</span>
          <span className={styles.quiet}>
            {before.toFixed(1)} → {after.toFixed(1)}
          </span>
          <strong>{`${effect > 0 ? '+' : ''}${effect.toFixed(2)}`}</strong>
        </div>
      ))}
    </div>
  )
}

/** 98.2% or 31.5 h. */
function amount(value: number | null, unit: Part['unit'], hours: (n: number) => string) {
  if (value === null) return <Dash />
  if (unit === 'stars') return value.toFixed(2)
  return unit === 'share' ? formatPercent(value) : hours(Math.round(value * 10) / 10)
}

/** The list that explains a metric: what went wrong, or who was not answered. */
const BEHIND: Partial<Record<Part['key'], string>> = {
  on_time_shipping: '/shipments?trouble=late_ship',
  pickup_in_24h: '/shipments?trouble=late_pickup',
  problem_rate: '/exceptions?party=merchant',
  fake_shipping: '/shipments?trouble=fake_shipping',
  ticket_response: '/tickets?party=merchant',
}

/** Scores look back so many days, their own included. */
const WINDOW_DAYS = 30

function windowOf(day: string): string {
  const first = new Date(Date.parse(`${day}T00:00:00Z`) - (WINDOW_DAYS - 1) * 86_400_000)
  return `${first.toISOString().slice(0, 10)}..${day}`
}

interface PartsProps {
  parts: readonly Part[]
  id: string
  staff: boolean
  /** The score's own. */
  day: string
}

function Parts({ parts, id, staff, day }: PartsProps) {
  const behind = (key: Part['key']) => {
    const plain = BEHIND[key] ?? '/exceptions?open=true'
    const list = plain.includes('trouble=') ? `${plain}&troubled=${windowOf(day)}` : plain
    return staff ? `${list}&merchant_id=${id}` : list
  }
  const t = useMessages(words)
  const locale = useLocale()
  const nameOf = (part: Part) => (locale === 'zh-CN' ? part.name_zh : part.name_en)
  return (
    <>
      <PlainTable<Part>
        caption={t.parts}
        rows={parts}
        rowId={(part) => part.key}
        columns={[
          { key: 'metric', title: t.metric, render: nameOf },
          { key: 'value', title: t.value, align: 'right', render: (part) => amount(part.value, part.unit, t.hours) },
          { key: 'target', title: t.target, align: 'right', render: (part) => amount(part.target, part.unit, t.hours) },
          {
            key: 'counted',
            title: t.counted,
            align: 'right',
            render: (part) => <Link to={behind(part.key)}>{`${formatCount(part.amount ?? 0)} / ${formatCount(part.base ?? 0)}`}</Link>,
          },
          { key: 'weight', title: t.weight, align: 'right', render: (part) => `${part.weight}%` },
          {
            key: 'points',
            title: t.points,
            align: 'right',
            render: (part) => (
              <span className={styles.points}>
                <ProgressBar
                  done={part.points}
                  all={100}
                  tone={part.points < 60 ? 'broken' : part.points < TARGET ? 'risk' : 'done'}
                  label={nameOf(part)}
                />
                {part.points.toFixed(0)}
              </span>
            ),
          },
        ]}
      />
      <p className={styles.explained}>{t.howCounted}</p>
    </>
  )
}
