import { useState } from 'react'
import { isMilestone, MILESTONE_LOOKS, milestoneWords, problemIcon, useProblemName } from '@/domain'
import { formatClock, formatDay, formatExact } from '@/format'
import { defineMessages, useMessages } from '@/i18n'
import styles from './Timeline.module.css'

const words = defineMessages(
  {
    count: (n: number) => `共 ${n} 条`,
    showRaw: '显示来源与原文',
    hideRaw: '隐藏来源与原文',
    source: '来源',
    received: '收到于',
  },
  {
    count: (n) => `${n} events`,
    showRaw: 'Show source and raw text',
    hideRaw: 'Hide source and raw text',
    source: 'Source',
    received: 'Received',
  },
)

/** One thing that happened, from a courier or from our own house. */
export interface TimelineEvent {
  /** Unique in its list. */
  key: string
  /** When it happened, RFC 3339 with offset. */
  at: string
  text: string
  /** Set where the parcel reached it with this event; other events are small dots. */
  milestone?: string | null
  problem?: string | null
  city?: string | null
  /** Who says so: 快递推送, 轮询, 商家, 系统. */
  source?: string | null
  receivedAt?: string | null
  /** What came over the wire, told on demand. */
  raw?: string | null
}

/** What happened to a parcel, newest first, by day; source and raw text on demand. */
export function Timeline({ events }: { events: readonly TimelineEvent[] }) {
  const t = useMessages(words)
  const [showRaw, setShowRaw] = useState(false)
  const ordered = [...events].sort((a, b) => Date.parse(b.at) - Date.parse(a.at))
  const hasMore = events.some((event) => event.source || event.raw)
  let day = ''
  return (
    <div>
      <div className={styles.head}>
        <span>{t.count(events.length)}</span>
        {hasMore && (
          <button
            type="button"
            className={styles.toggle}
            aria-pressed={showRaw}
            onClick={() => setShowRaw(!showRaw)}
          >
            {showRaw ? t.hideRaw : t.showRaw}
          </button>
        )}
      </div>
      <ol className={styles.list}>
        {ordered.map((event, index) => {
          const itsDay = formatDay(new Date(event.at))
          const opens = itsDay !== day
          day = itsDay
          return (
            <li key={event.key}>
              {opens && <div className={styles.day}>{itsDay}</div>}
              <Entry event={event} showRaw={showRaw} latest={index === 0} last={index === ordered.length - 1} />
            </li>
          )
        })}
      </ol>
    </div>
  )
}

interface EntryProps {
  event: TimelineEvent
  showRaw: boolean
  latest: boolean
  last: boolean
}

function Entry({ event, showRaw, latest, last }: EntryProps) {
  const t = useMessages(words)
  const at = new Date(event.at)
  return (
    <div className={`${styles.event} ${latest ? styles.latest : ''} ${last ? styles.last : ''}`}>
      <time className={styles.clock} dateTime={event.at} title={formatExact(at)}>
        {formatClock(at)}
      </time>
      <span className={styles.rail}>
        <Dot event={event} />
      </span>
      <div>
        <Word event={event} />
        <div className={styles.text}>{event.text}</div>
        {showRaw && (
          <div className={styles.meta}>
            {event.city && <span>{event.city}</span>}
            {event.source && (
              <span>
                {t.source} {event.source}
              </span>
            )}
            {event.receivedAt && (
              <span>
                {t.received} {formatExact(new Date(event.receivedAt))}
              </span>
            )}
          </div>
        )}
        {showRaw && event.raw && <pre className={`${styles.raw} y-mono`}>{event.raw}</pre>}
      </div>
    </div>
  )
}

function Dot({ event }: { event: TimelineEvent }) {
  if (event.problem) {
    const Icon = problemIcon(event.problem)
    return (
      <span className={`${styles.dot} ${styles.broken}`}>
        <Icon aria-hidden />
      </span>
    )
  }
  if (event.milestone && isMilestone(event.milestone)) {
    const { icon: Icon, tone } = MILESTONE_LOOKS[event.milestone]
    return (
      <span className={`${styles.dot} ${styles[tone]}`}>
        <Icon aria-hidden />
      </span>
    )
  }
  return <span className={`${styles.dot} ${styles.small}`} />
}

function Word({ event }: { event: TimelineEvent }) {
  const milestones = useMessages(milestoneWords)
  const problemName = useProblemName()
  if (event.problem) {
    return <div className={styles.word}>{problemName(event.problem)}</div>
  }
  if (event.milestone && isMilestone(event.milestone)) {
    return <div className={styles.word}>{milestones[event.milestone]}</div>
  }
  return null
}
