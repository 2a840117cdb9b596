import {
  CheckCircleFilled,
  CloseCircleFilled,
  MutedOutlined,
  ScanOutlined,
  SoundOutlined,
} from '@ant-design/icons'
import { Input, type InputRef } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { defineMessages, useLocale, useMessages } from '@/i18n'
import { useStore } from '@/lib/store'
import { errorTitle, IconButton } from '@/ui'
import { cleanCode, typedByScanner } from './scanner'
import styles from './ScanInput.module.css'
import { beep, soundPreference } from './sound'

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

export interface ScanOutcome {
  ok: boolean
  message: string
}

export interface ScanInputProps {
  hint?: string
  /**
   * Deals with a number and says what came of it. Scans queue: the next one waits for this one,
   * none is lost while the server thinks.
   */
  onScan: (code: string, byScanner: boolean) => ScanOutcome | Promise<ScanOutcome>
  /** Takes the cursor back when nothing else holds it, so that the next scan lands here. */
  keepFocus?: boolean
}

/** The field a hand scanner types into: answers by colour, word and sound, and is ready again. */
export function ScanInput({ hint, onScan, keepFocus = true }: ScanInputProps) {
  const t = useMessages(words)
  const locale = useLocale()
  const sound = useStore(soundPreference)
  const field = useRef<InputRef>(null)
  const times = useRef<number[]>([])
  const queue = useRef(Promise.resolve())
  const [text, setText] = useState('')
  const [checking, setChecking] = useState<string | null>(null)
  const [outcome, setOutcome] = useState<(ScanOutcome & { code: string }) | null>(null)

  useEffect(() => {
    if (!keepFocus) return undefined
    field.current?.focus()
    const back = () => {
      const holder = document.activeElement
      if (holder === null || holder === document.body) field.current?.focus()
    }
    const onFocusOut = () => setTimeout(back, 150)
    document.addEventListener('focusout', onFocusOut)
    return () => document.removeEventListener('focusout', onFocusOut)
  }, [keepFocus])

  const deal = async (code: string, byScanner: boolean) => {
    setChecking(code)
    let answer: ScanOutcome
    try {
      answer = await onScan(code, byScanner)
    } catch (error) {
      answer = { ok: false, message: errorTitle(error, locale) }
    }
    beep(answer.ok)
    setOutcome({ ...answer, code })
    setChecking(null)
  }

  const submit = () => {
    const code = cleanCode(text)
    const byScanner = typedByScanner(times.current)
    setText('')
    times.current = []
    if (code !== '') queue.current = queue.current.then(() => deal(code, byScanner))
  }

  const shown = checking === null ? outcome : null
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
            if (event.key.length === 1) times.current.push(event.timeStamp)
          }}
          onChange={(event) => {
            setText(event.target.value)
            if (event.target.value === '') times.current = []
          }}
          onPressEnter={submit}
        />
        <IconButton
          size="large"
          label={sound ? t.soundOff : t.soundOn}
          icon={sound ? <SoundOutlined /> : <MutedOutlined />}
          onClick={() => soundPreference.set(!sound)}
        />
      </div>
      <div
        role="status"
        aria-live="assertive"
        className={`${styles.result} ${shown ? (shown.ok ? styles.ok : styles.bad) : ''}`}
      >
        {shown && (shown.ok ? <CheckCircleFilled /> : <CloseCircleFilled />)}
        {shown && <span className="y-mono">{shown.code}</span>}
        {shown ? shown.message : checking === null ? t.ready : t.busy(checking)}
      </div>
    </div>
  )
}
