import { useQuery } from '@tanstack/react-query'
import { Tooltip } from 'antd'
import type { ReactNode } from 'react'
import { useMessages } from '@/i18n'
import { TimeAgo } from '@/ui'
import { askingQuery } from './data'
import { detailWords } from './detailWords'
import styles from './shipments.module.css'

const MODES = {
  pushed: 'pushedTo',
  polled: 'polled',
  ended: 'pollingEnded',
  given_up: 'pollingGivenUp',
  nobody: 'pollingNobody',
} as const

/** How we learn of a number: pushed or asked for, when it was asked for last and will be next. */
export function Asking({ courier, number }: { courier: string | null | undefined; number: string | null | undefined }) {
  const t = useMessages(detailWords)
  const { data } = useQuery({ ...askingQuery(courier ?? '', number ?? ''), enabled: Boolean(courier && number), retry: false })
  if (data === undefined) return null
  const parts: ReactNode[] = [t[MODES[data.mode]]]
  if (data.asked_at)
    parts.push(
      <>
        {t.lastAsked} <TimeAgo at={data.asked_at} />
      </>,
    )
  else if (data.mode === 'polled') parts.push(t.neverAsked)
  if (data.next_at)
    parts.push(
      <>
        {data.mode === 'pushed' ? t.nextIfSilent : t.nextAsked} <TimeAgo at={data.next_at} />
      </>,
    )
  if (data.paused_until && data.mode === 'polled') parts.push(t.askingPaused)
  if (data.stretch > 1.05 && data.mode === 'polled') parts.push(t.askingSlow(data.stretch.toFixed(1)))
  if (data.last_error && data.mode !== 'ended')
    parts.push(
      <Tooltip title={data.last_error}>
        <span>{t.askingFailed}</span>
      </Tooltip>,
    )
  return (
    <p className={styles.asking}>
      {parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts have no name of their own
        <span key={index}>{part}</span>
      ))}
    </p>
  )
}
