import { EyeInvisibleOutlined, EyeOutlined, LoadingOutlined } from '@ant-design/icons'
import { App } from 'antd'
import { useEffect, useState } from 'react'
import { defineMessages, useLocale, useMessages } from '@/i18n'
import { errorTitle } from './errorText'
import { IconButton } from './IconButton'
import { Dash } from './Money'

/** Shown for this long, then masked again: screens in warehouses are seen by many. */
const SHOWN_MS = 60_000

const words = defineMessages(
  { reveal: '显示完整内容（将记入审计）', hide: '重新隐藏' },
  { reveal: 'Show in full (goes into the audit log)', hide: 'Hide again' },
)

export interface MaskedProps {
  /** The masked text as the server sends it, `138****1234`. */
  value: string | null | undefined
  /** Asks the server for the full text; it writes the audit line. Without it there is no eye. */
  onReveal?: () => Promise<string>
}

/** A name, phone or address: masked until asked for, and again after a minute. */
export function Masked({ value, onReveal }: MaskedProps) {
  const t = useMessages(words)
  const locale = useLocale()
  const { message } = App.useApp()
  const [full, setFull] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  useEffect(() => {
    if (full === null) return undefined
    const timer = setTimeout(() => setFull(null), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [full])
  if (!value) return <Dash />

  const toggle = async () => {
    if (full !== null || onReveal === undefined) {
      setFull(null)
      return
    }
    setBusy(true)
    try {
      setFull(await onReveal())
    } catch (error) {
      message.error(errorTitle(error, locale))
    } finally {
      setBusy(false)
    }
  }

  return (
    <span onClick={(event) => event.stopPropagation()}>
      <span className="y-number">{full ?? value}</span>
      {onReveal !== undefined && (
        <IconButton
          label={full === null ? t.reveal : t.hide}
          icon={busy ? <LoadingOutlined /> : full === null ? <EyeOutlined /> : <EyeInvisibleOutlined />}
          disabled={busy}
          onClick={() => void toggle()}
        />
      )}
    </span>
  )
}
