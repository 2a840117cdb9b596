import { CheckOutlined, CopyOutlined } from '@ant-design/icons'
import { App } from 'antd'
import { type ReactNode, useState } from 'react'
import { common, useMessages } from '@/i18n'
import { copyText } from '@/lib/clipboard'
import styles from './CopyableNumber.module.css'
import { IconButton } from './IconButton'
import { Dash } from './Money'

export interface CopyableNumberProps {
  value: string | null | undefined
  /** What the number is shown as: a link to its thing, usually. The number itself otherwise. */
  children?: ReactNode
}

/** A waybill or order number in figures that do not look alike, copied with one click. */
export function CopyableNumber({ value, children }: CopyableNumberProps) {
  const t = useMessages(common)
  const { message } = App.useApp()
  const [copied, setCopied] = useState(false)
  if (!value) return <Dash />

  const copy = async () => {
    if (!(await copyText(value))) {
      message.error(t.copyFailed)
      return
    }
    setCopied(true)
    setTimeout(() => setCopied(false), 1_500)
  }

  return (
    <span className={styles.number}>
      <span className="y-mono">{children ?? value}</span>
      <IconButton
        className={styles.copy}
        label={copied ? t.copied : t.copy}
        icon={copied ? <CheckOutlined style={{ color: 'var(--y-done-text)' }} /> : <CopyOutlined />}
        onClick={(event) => {
          event.stopPropagation()
          void copy()
        }}
      />
      <span className="y-sr" aria-live="polite">
        {copied ? t.copied : ''}
      </span>
    </span>
  )
}
