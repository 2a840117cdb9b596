import { formatAgo, formatExact, formatMinute } from '@/format'
import { useLocale } from '@/i18n'
import { useNow } from '@/lib/useNow'
import { Dash } from './Money'

/** A narrow column breaks between the two, not inside. */
const WHOLE = { whiteSpace: 'nowrap' } as const

export interface TimeAgoProps {
  /** RFC 3339 with offset. */
  at: string | null | undefined
  /** Write the date and minute too, for details. */
  exact?: boolean
}

/** "3 小时前"; the exact time with its zone on hover. */
export function TimeAgo({ at, exact }: TimeAgoProps) {
  const locale = useLocale()
  const now = useNow()
  if (!at) return <Dash />
  const time = new Date(at)
  const ago = formatAgo(time, new Date(now), locale)
  const minute = formatMinute(time)
  const both = exact && !minute.startsWith(ago)
  return (
    <time dateTime={at} title={formatExact(time)}>
      <span style={WHOLE}>{exact ? minute : ago}</span>
      {both && (
        <>
          {' · '}
          <span style={WHOLE}>{ago}</span>
        </>
      )}
    </time>
  )
}
