import {
  CheckCircleFilled,
  CloseCircleFilled,
  MutedOutlined,
  ScanOutlined,
  SoundOutlined,
} from '@ant-design/icons'
import { Input, type InputRef } from 'antd'
import { type RefObject, useEffect, useRef, useState } from 'react'
import { defineMessages, useMessages } from '@/i18n'
import { useStore } from '@/lib/store'
import { IconButton } from '@/ui'
import styles from './ScanInput.module.css'
import { soundPreference } from './sound'
import { type OnScan, useScanQueue } from './useScanQueue'

const words = defineMessages(
  {
    hint: '扫描或输入单号，回车确认',
    ready: '等待扫描',
    busy: (code: string) => `正在核对 ${code}`,
    soundOn: '打开提示音',
    soundOff: '关闭提示音',
  },
  {
    hint: 'Scan or type a number, then Enter',
    ready: 'Ready to scan',
    busy: (code) => `Checking ${code}`,
    soundOn: 'Turn sound on',
    soundOff: 'Turn sound off',
  },
)

export interface ScanInputProps {
  hint?: string
  /** Deals with a number and says what came of it; calls never overlap. */
  onScan: OnScan
  /** Takes the cursor back when nothing else holds it, so that the next scan lands here. */
  keepFocus?: boolean
}

function useHeldFocus(field: RefObject<InputRef | null>, held: boolean): void {
  useEffect(() => {
    if (!held) return undefined
    field.current?.focus()
    const back = () => {
      const holder = document.activeElement
      if (holder === null || holder === document.body) field.current?.focus()
    }
    const onFocusOut = () => setTimeout(back, 150)
    document.addEventListener('focusout', onFocusOut)
    return () => document.removeEventListener('focusout', onFocusOut)
  }, [field, held])
}

/** The field a hand scanner types into: answers by colour, word and sound, and is ready again. */
export function ScanInput({ hint, onScan, keepFocus = true }: ScanInputProps) {
  const t = useMessages(words)
  const field = useRef<InputRef>(null)
  const [text, setText] = useState('')
  const queue = useScanQueue(onScan)
  useHeldFocus(field, keepFocus)
  return (
    <div className={styles.scan}>
      <div className={styles.line}>
        <Input
          ref={field}
          size="large"
          className={styles.field}
          prefix={<ScanOutlined />}
          value={text}
          aria-label={hint ?? t.hint}
          placeholder={hint ?? t.hint}
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          onKeyDown={(event) => {
            if (event.key.length === 1) queue.key(event.timeStamp)
          }}
          onChange={(event) => {
            setText(event.target.value)
            if (event.target.value === '') queue.forget()
          }}
          onPressEnter={() => {
            queue.submit(text)
            setText('')
          }}
        />
        <SoundSwitch />
      </div>
      <Answer queue={queue} />
    </div>
  )
}

function SoundSwitch() {
  const t = useMessages(words)
  const on = useStore(soundPreference)
  return (
    <IconButton
      size="large"
      label={on ? t.soundOff : t.soundOn}
      icon={on ? <SoundOutlined /> : <MutedOutlined />}
      onClick={() => soundPreference.set(!on)}
    />
  )
}

function Answer({ queue: { checking, outcome } }: { queue: ReturnType<typeof useScanQueue> }) {
  const t = useMessages(words)
  if (outcome === null) {
    return (
      <div role="status" aria-live="assertive" className={styles.result}>
        {checking === null ? t.ready : t.busy(checking)}
      </div>
    )
  }
  return (
    <div role="status" aria-live="assertive" className={`${styles.result} ${outcome.ok ? styles.ok : styles.bad}`}>
      {outcome.ok ? <CheckCircleFilled /> : <CloseCircleFilled />}
      <span className="y-mono">{outcome.code}</span>
      {outcome.message}
    </div>
  )
}
