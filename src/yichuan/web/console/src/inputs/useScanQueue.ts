import { useRef, useState } from 'react'
import { useLocale } from '@/i18n'
import { errorTitle } from '@/ui'
import { cleanCode, typedByScanner } from './scanner'
import { beep } from './sound'

export interface ScanOutcome {
  ok: boolean
  message: string
}

export type OnScan = (code: string, byScanner: boolean) => ScanOutcome | Promise<ScanOutcome>

/** Scans one after another: the next waits for the last, none is lost while the server thinks. */
export function useScanQueue(onScan: OnScan) {
  const locale = useLocale()
  const times = useRef<number[]>([])
  const queue = useRef(Promise.resolve())
  const [checking, setChecking] = useState<string | null>(null)
  const [outcome, setOutcome] = useState<(ScanOutcome & { code: string }) | null>(null)

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

  return {
    checking,
    outcome: checking === null ? outcome : null,
    /** A key was pressed at this time; speed tells a scanner from a hand. */
    key: (time: number) => times.current.push(time),
    forget: () => {
      times.current = []
    },
    submit: (text: string) => {
      const code = cleanCode(text)
      const byScanner = typedByScanner(times.current)
      times.current = []
      if (code !== '') queue.current = queue.current.then(() => deal(code, byScanner))
    },
  }
}
