import { CloseOutlined, PauseCircleOutlined, ScanOutlined, SendOutlined } from '@ant-design/icons'
import { useMutation } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useState } from 'react'
import { api, unwrap } from '@/api'
import { useMe } from '@/auth/useMe'
import { useLocale, useMessages } from '@/i18n'
import { ScanInput, type ScanOutcome } from '@/inputs'
import { useHotkeys } from '@/keys'
import { useStore } from '@/lib/store'
import { CourierTag, errorTitle, IconButton, Panel } from '@/ui'
import { BATCH, refreshQueues } from './data'
import styles from './HandOver.module.css'
import { handOverListOf, judge, type Scanned } from './handOverList'
import { handOverWords } from './handOverWords'
import { reasonOf } from './reasons'
import { printingWords } from './words'

interface Bad {
  code: string
  message: string
}

/** 扫描交接: every scan answers by ear and colour, the list is counted, one key hands it over. */
export function HandOverDesk() {
  const t = useMessages(handOverWords)
  const p = useMessages(printingWords)
  const list = handOverListOf(useMe().id)
  const scanned = useStore(list)
  const [scanning, setScanning] = useState(true)
  const [bad, setBad] = useState<readonly Bad[]>([])
  const send = useHandOver(list)
  const submit = () => {
    if (scanned.length > 0 && !send.isPending) send.mutate(scanned)
  }
  useHotkeys([
    { keys: 's', label: p.keyScan, group: p.keyGroup, run: () => setScanning(true) },
    { keys: 'mod+Enter', inField: true, run: submit },
    { keys: 'mod+enter', label: t.keyConfirm, group: p.keyGroup, inField: true, run: submit },
    {
      keys: 'Escape',
      inField: true,
      run: () => {
        setScanning(false)
        if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
      },
    },
  ])

  const onScan = async (code: string): Promise<ScanOutcome> => {
    const page = await unwrap(api.GET('/api/v1/shipments', { params: { query: { q: code, limit: 20 } } }))
    const { verdict, box } = judge(code, page.items, list.get())
    if (box !== undefined) {
      list.set((before) => [box, ...before])
      return { ok: true, message: t.added(list.get().length) }
    }
    const message = t[verdict === 'added' ? 'unknown' : verdict]
    if (verdict !== 'again') setBad((before) => [{ code, message }, ...before.filter((one) => one.code !== code)])
    return { ok: false, message }
  }

  return (
    <div className={styles.desk}>
      <Panel title={t.panel}>
        {scanning ? (
          <>
            <ScanInput hint={t.hint} onScan={onScan} keepFocus />
            <p className={styles.hint}>{t.escape}</p>
          </>
        ) : (
          <div className={styles.hint}>
            <PauseCircleOutlined /> {t.paused}
            <Button icon={<ScanOutlined />} onClick={() => setScanning(true)}>
              {t.resume}
            </Button>
          </div>
        )}
        {bad.length > 0 && (
          <ul className={styles.bad}>
            <li className={styles.badHead}>
              {t.bad(bad.length)}
              <Button size="small" onClick={() => setBad([])}>
                {t.clearBad}
              </Button>
            </li>
            {bad.map(({ code, message }) => (
              <li key={code}>
                <span className="y-mono">{code}</span> {message}
              </li>
            ))}
          </ul>
        )}
      </Panel>
      <Panel title={t.list(scanned.length)}>
        <Groups scanned={scanned} onDrop={(id) => list.set((before) => before.filter((one) => one.id !== id))} />
        {scanned.length > 0 && (
          <div className={styles.foot}>
            <Button type="primary" icon={<SendOutlined />} loading={send.isPending} onClick={submit}>
              {t.confirm(scanned.length)}
            </Button>
            <Button disabled={send.isPending} onClick={() => list.set([])}>
              {t.clear}
            </Button>
          </div>
        )}
      </Panel>
    </div>
  )
}

function useHandOver(list: ReturnType<typeof handOverListOf>) {
  const t = useMessages(handOverWords)
  const locale = useLocale()
  const { message } = App.useApp()
  return useMutation({
    mutationFn: async (rows: readonly Scanned[]) => {
      const left: Scanned[] = []
      for (let start = 0; start < rows.length; start += BATCH) {
        const chunk = rows.slice(start, start + BATCH)
        const body = { shipment_ids: chunk.map(({ id }) => id) }
        const { items } = await unwrap(api.POST('/api/v1/shipments/hand-over', { body }))
        for (const { index, ok, error } of items) {
          const row = chunk[index]
          if (!ok && row !== undefined) left.push({ ...row, refusal: error ? reasonOf(error, locale) : undefined })
        }
      }
      return { left, done: rows.length - left.length, ids: new Set(rows.map(({ id }) => id)) }
    },
    onSuccess: ({ left, done, ids }) => {
      // What was scanned meanwhile stays.
      list.set((before) => [...before.filter(({ id }) => !ids.has(id)), ...left])
      if (left.length === 0) message.success(t.done(done))
      else message.warning(t.partly(done, left.length))
      refreshQueues()
    },
    onError: (error) => message.error(errorTitle(error, locale)),
  })
}

function Groups({ scanned, onDrop }: { scanned: readonly Scanned[]; onDrop: (id: string) => void }) {
  const t = useMessages(handOverWords)
  if (scanned.length === 0) return <p className={styles.none}>{t.none}</p>
  const couriers = [...new Set(scanned.map(({ courier }) => courier))].sort()
  return (
    <div className={styles.groups}>
      {couriers.map((courier) => {
        const rows = scanned.filter((one) => one.courier === courier)
        return (
          <section key={courier} className={styles.group}>
            <span className={styles.groupHead}>
              <CourierTag code={courier} /> × {rows.length}
            </span>
            <ul className={styles.numbers}>
              {rows.map(({ id, number, refusal }) => (
                <li key={id} className={`${styles.number} ${refusal === undefined ? '' : styles.refused}`}>
                  <span className="y-mono">{number}</span>
                  {refusal}
                  <IconButton label={t.drop(number)} icon={<CloseOutlined />} onClick={() => onDrop(id)} />
                </li>
              ))}
            </ul>
          </section>
        )
      })}
    </div>
  )
}
