import { useQuery } from '@tanstack/react-query'
import { Drawer } from 'antd'
import { formatMinute } from '@/format'
import { useMessages } from '@/i18n'
import { useIsPhone } from '@/lib/useMediaQuery'
import { DetailSkeleton, EmptyState, ErrorState } from '@/ui'
import { type Admission, type Decision, decisionsQuery } from './admissionData'
import { admissionWords } from './admissionWords'
import styles from './admission.module.css'

/** Everything that was decided of a courier, the newest first. */
export function AdmissionHistory({ row, name, onClose }: { row: Admission; name: string; onClose: () => void }) {
  const t = useMessages(admissionWords)
  const phone = useIsPhone()
  const { data, isError, error, refetch } = useQuery(decisionsQuery(row))
  return (
    <Drawer open size={phone ? '100%' : 480} title={t.historyOf(name)} onClose={onClose}>
      {data === undefined ? (
        isError ? <ErrorState error={error} onRetry={() => void refetch()} /> : <DetailSkeleton />
      ) : data.items.length === 0 ? (
        <EmptyState title={t.noHistory} how={t.noHistoryHow} />
      ) : (
        <ol className={styles.history}>
          {data.items.map((one) => (
            <Entry key={one.id} one={one} />
          ))}
        </ol>
      )}
    </Drawer>
  )
}

function Entry({ one }: { one: Decision }) {
  const t = useMessages(admissionWords)
  const who = one.actor.startsWith('system') ? t.system : one.actor_name
  return (
    <li>
      <b>{t.kinds[one.kind] ?? one.kind}</b> <span>→ {t.states[one.state]}</span>
      {one.until && <span> · {t.toDay(one.until)}</span>}
      <div>
        <small>
          {formatMinute(new Date(one.at))} · {who} · {t.versionOf(one.standard_version)}
        </small>
      </div>
      {one.reason && <div className={styles.why}>{one.reason}</div>}
    </li>
  )
}
