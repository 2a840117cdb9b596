import { CheckCircleOutlined, CloseCircleOutlined } from '@ant-design/icons'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Button, Segmented, Select } from 'antd'
import { useState } from 'react'
import { common, useMessages } from '@/i18n'
import { Chip, DetailSkeleton, EmptyState, ErrorState, TimeAgo } from '@/ui'
import { useAct } from './useAct'
import { type Attempt, type AttemptFilter, attemptsQuery, type EventType, hooksKey, redeliver } from './webhookData'
import styles from './webhooks.module.css'
import { webhookWords } from './webhookWords'

/** Every try to deliver to an address: what was sent, what came back, and once more. */
export function HookAttempts({ id }: { id: string }) {
  const t = useMessages(webhookWords)
  const c = useMessages(common)
  const [filter, setFilter] = useState<AttemptFilter>({})
  const tries = useInfiniteQuery(attemptsQuery(id, filter))
  const rows = tries.data?.pages.flatMap((page) => page.items)
  return (
    <section className={styles.tries} aria-label={t.tries}>
      <div className={styles.filters}>
        <Segmented<string>
          value={filter.ok === undefined ? '' : String(filter.ok)}
          onChange={(value) => setFilter({ ...filter, ok: value === '' ? undefined : value === 'true' })}
          options={[
            { value: '', label: c.all },
            { value: 'true', label: t.ok },
            { value: 'false', label: t.bad },
          ]}
        />
        <Select<EventType>
          allowClear
          aria-label={t.event}
          placeholder={t.allEvents}
          className={styles.type}
          value={filter.event_type}
          onChange={(event_type) => setFilter({ ...filter, event_type })}
          options={Object.entries(t.types).map(([value, label]) => ({ value: value as EventType, label }))}
        />
        {filter.webhook_id !== undefined && (
          <Button onClick={() => setFilter({ ...filter, webhook_id: undefined })}>{t.everyEvent}</Button>
        )}
      </div>
      {rows === undefined ? (
        tries.isError ? <ErrorState compact error={tries.error} onRetry={() => void tries.refetch()} /> : <DetailSkeleton />
      ) : rows.length === 0 ? (
        <EmptyState title={t.noTries} how={t.noTriesHow} />
      ) : (
        <ol className={styles.list}>
          {rows.map((row) => (
            <Try key={row.id} row={row} endpoint={id} onSame={() => setFilter({ webhook_id: row.webhook_id })} />
          ))}
        </ol>
      )}
      {tries.hasNextPage && (
        <Button block loading={tries.isFetchingNextPage} onClick={() => void tries.fetchNextPage()}>
          {t.more}
        </Button>
      )}
    </section>
  )
}

function Try({ row, endpoint, onSame }: { row: Attempt; endpoint: string; onSame: () => void }) {
  const t = useMessages(webhookWords)
  const [open, setOpen] = useState(false)
  const again = useAct(redeliver, hooksKey, t.againDone)
  const good = row.error === null
  const type = t.types[row.event_type as EventType] ?? row.event_type
  return (
    <li className={styles.try}>
      <button type="button" className={styles.line} aria-expanded={open} onClick={() => setOpen(!open)}>
        <Chip tone={good ? 'done' : 'broken'} icon={good ? CheckCircleOutlined : CloseCircleOutlined}>
          {good ? t.ok : t.bad}
        </Chip>
        <span className={styles.what}>
          {type}
          <span className={styles.quiet}>
            {row.status ?? row.error} · {t.tryNo(row.number)} · {t.ms(row.duration_ms)}
          </span>
        </span>
        <TimeAgo at={row.at} />
      </button>
      {open && (
        <div className={styles.detail}>
          <h4>{t.request}</h4>
          <pre>{requestText(row)}</pre>
          <h4>{t.answer}</h4>
          <pre>{[row.status, row.error, row.answer].filter((part) => part !== null).join('\n') || t.noAnswer}</pre>
          <div className={styles.acts}>
            <Button
              size="small"
              loading={again.isPending}
              onClick={() => again.mutate({ id: endpoint, attempt_id: row.id })}
            >
              {t.again}
            </Button>
            <Button size="small" onClick={onSame}>
              {t.sameEvent}
            </Button>
          </div>
        </div>
      )}
    </li>
  )
}

function requestText(row: Attempt): string {
  const seconds = Math.floor(Date.parse(row.at) / 1000)
  const head = [`POST ${row.url ?? ''}`, `webhook-id: ${row.webhook_id}`, `webhook-timestamp: ${seconds}`]
  return `${head.join('\n')}\n\n${JSON.stringify(row.body, null, 2)}`
}
