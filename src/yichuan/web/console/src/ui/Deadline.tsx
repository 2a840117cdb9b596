import { ClockCircleOutlined, FireFilled, HourglassOutlined } from '@ant-design/icons'
import { formatExact, formatSpan } from '@/format'
import { defineMessages, useLocale, useMessages } from '@/i18n'
import { useNow } from '@/lib/useNow'
import { Chip } from './Chip'
import { Dash } from './Money'

const words = defineMessages(
  { left: (span: string) => `剩 ${span}`, over: (span: string) => `超 ${span}` },
  { left: (span) => `${span} left`, over: (span) => `${span} over` },
)

export interface DeadlineProps {
  /** RFC 3339 with offset. */
  at: string | null | undefined
  /** From this many minutes before the end it is amber. */
  soonMinutes?: number
}

/** A running clock: grey with time in hand, amber when it runs out, red and filled when broken. */
export function Deadline({ at, soonMinutes = 120 }: DeadlineProps) {
  const locale = useLocale()
  const t = useMessages(words)
  const now = useNow()
  if (!at) return <Dash />
  const end = new Date(at)
  const left = end.getTime() - now
  const span = formatSpan(left, locale)
  const title = formatExact(end)
  if (left < 0) {
    return (
      <Chip tone="broken" icon={FireFilled} filled title={title}>
        {t.over(span)}
      </Chip>
    )
  }
  const soon = left < soonMinutes * 60_000
  return (
    <Chip tone={soon ? 'risk' : 'waiting'} icon={soon ? HourglassOutlined : ClockCircleOutlined} title={title}>
      {t.left(span)}
    </Chip>
  )
}
