import { DisconnectOutlined, HourglassOutlined } from '@ant-design/icons'
import { Tooltip } from 'antd'
import { useConnection } from '@/api/connection'
import { formatAgo } from '@/format'
import { useLocale, useMessages } from '@/i18n'
import { useNow } from '@/lib/useNow'
import styles from './TopBar.module.css'
import { shellWords } from './words'

/** Whether what the page shows is now, late or old: said in words, not in a colour alone. */
export function ConnectionState({ quiet }: { quiet?: boolean }) {
  const t = useMessages(shellWords)
  const locale = useLocale()
  const now = useNow()
  const { state, lastAnswerAt } = useConnection()
  if (quiet && state === 'live') return null
  const hint =
    state === 'live'
      ? t.liveHint
      : state === 'slow'
        ? t.slowHint
        : lastAnswerAt === 0
          ? t.lostNever
          : t.lostSince(formatAgo(new Date(lastAnswerAt), new Date(Math.max(now, lastAnswerAt)), locale))
  return (
    <Tooltip title={hint}>
      <button type="button" className={`${styles.connection} ${styles[state]}`} aria-label={hint}>
        {state === 'live' && <span className={styles.dot} />}
        {state === 'slow' && <HourglassOutlined />}
        {state === 'lost' && <DisconnectOutlined />}
        <span role="status">{t[state]}</span>
      </button>
    </Tooltip>
  )
}
