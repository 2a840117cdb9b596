import { useQuery } from '@tanstack/react-query'
import { Alert } from 'antd'
import { useMessages } from '@/i18n'
import { Facts, TimeAgo } from '@/ui'
import { connectionWords } from './connectionWords'
import { pollingQuery } from './data'

const DUE_MOST = 10_000
const FOLLOWED_MOST = 100_000

/** Numbers whose pushes do not come: how many are asked for, how late, and what of the quota is used. */
export function Polling({ id }: { id: string }) {
  const t = useMessages(connectionWords)
  const { data } = useQuery(pollingQuery(id))
  if (!data?.possible) return null
  const counted = (n: number, most: number) => (n >= most ? `${most.toLocaleString()}+` : n.toLocaleString())
  return (
    <section aria-label={t.polling} style={{ marginBottom: 16 }}>
      {data.paused_until && (
        <Alert
          type="warning"
          showIcon
          title={
            <>
              {t.pollingPaused} <TimeAgo at={data.paused_until} />
            </>
          }
          description={data.paused_why}
          style={{ marginBottom: 12 }}
        />
      )}
      <Facts
        items={[
          { label: t.polling, value: data.pushes ? t.pollingPushes : t.pollingAlways },
          { label: t.pollingFollowed, value: counted(data.followed, FOLLOWED_MOST) },
          { label: t.pollingDue, value: counted(data.due, DUE_MOST) },
          { label: t.pollingLate, value: t.minutes(Math.floor(data.late_seconds / 60)) },
          { label: t.pollingUsed, value: `${data.used_today.toLocaleString()} / ${data.per_day.toLocaleString()}` },
          data.stretch > 1.05 && { label: t.pollingStretch, value: t.times(data.stretch.toFixed(1)) },
        ]}
      />
    </section>
  )
}
