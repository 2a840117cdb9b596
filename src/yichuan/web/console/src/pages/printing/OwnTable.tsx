import { CheckCircleFilled, CloseCircleFilled, CloseOutlined, CopyOutlined, SendOutlined } from '@ant-design/icons'
import { Button, Input } from 'antd'
import { memo } from 'react'
import { useCourierName } from '@/domain'
import { useLocale, useMessages } from '@/i18n'
import { copyText } from '@/lib/clipboard'
import { useEvent } from '@/lib/useEvent'
import { Chip, IconButton } from '@/ui'
import { SuspendedNote } from '../couriers/SuspendedNote'
import { type Candidate, courierCode, type Fault, type OwnRow } from './ownNumbers'
import styles from './OwnNumbers.module.css'
import { ownWords } from './ownWords'
import type { OwnRows } from './useOwnRows'

/** What will be shipped and what must be corrected first, in the lines' own order. */
export function OwnTable({ rows }: { rows: OwnRows }) {
  const t = useMessages(ownWords)
  const edit = useEvent(rows.edit)
  const drop = useEvent(rows.drop)
  const failed = rows.rows.filter(({ key, refusal }) => refusal !== undefined || rows.faults.has(key))
  const copy = () =>
    void copyText(failed.map(({ order, courier, number, refusal }) => [order, courier, number, refusal ?? ''].join('\t')).join('\n'))
  return (
    <>
      <div className={styles.summary} style={{ padding: '12px 16px' }} role="status">
        {rows.good.length > 0 && (
          <Chip tone="moving" icon={SendOutlined}>
            {t.ready(rows.good.length)}
          </Chip>
        )}
        {rows.bad > 0 && (
          <Chip tone="broken" icon={CloseCircleFilled}>
            {t.faulty(rows.bad)}
          </Chip>
        )}
        {rows.shipped > 0 && (
          <Chip tone="done" icon={CheckCircleFilled}>
            {t.shipped(rows.shipped)}
          </Chip>
        )}
        {failed.length > 0 && (
          <Button size="small" icon={<CopyOutlined />} onClick={copy}>
            {t.copyBad}
          </Button>
        )}
        <Button size="small" onClick={rows.clear}>
          {t.clear}
        </Button>
      </div>
      <div className={styles.scroll}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th className={styles.place} scope="col">
                #
              </th>
              <th scope="col">{t.order}</th>
              <th scope="col">{t.courier}</th>
              <th scope="col">{t.number}</th>
              <th scope="col">{t.state}</th>
              <th aria-label={t.clear} />
            </tr>
          </thead>
          <tbody>
            {rows.rows.map((row, index) => (
              <Line
                key={row.key}
                row={row}
                place={index + 1}
                fault={rows.faults.get(row.key)}
                code={courierCode(row.courier, rows.couriers)}
                edit={edit}
                drop={drop}
              />
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}

interface LineProps {
  row: OwnRow
  place: number
  fault: Fault | undefined
  code: string | null
  edit: OwnRows['edit']
  drop: OwnRows['drop']
}

const Line = memo(function Line({ row, place, fault, code, edit, drop }: LineProps) {
  const t = useMessages(ownWords)
  const wrong = fault !== undefined || row.refusal !== undefined
  const field = (part: 'order' | 'courier' | 'number', label: string, bad: boolean) => (
    <Input
      className="y-mono"
      variant={bad ? 'outlined' : 'borderless'}
      status={bad ? 'error' : undefined}
      aria-label={`${label} ${place}`}
      value={row[part]}
      onChange={(event) => edit(row.key, { [part]: event.target.value.trim() })}
    />
  )
  return (
    <tr className={wrong ? styles.faulty : ''}>
      <td className={styles.place}>{place}</td>
      <td>{field('order', t.order, fault === 'order' || fault === 'twice' || row.refusal !== undefined)}</td>
      <td>
        {field('courier', t.courier, fault === 'courier' || fault === 'unsure')}
        {code !== null && code !== row.courier && <CourierHint code={code} />}
        {code !== null && <SuspendedNote courier={code} small />}
        {row.candidates !== undefined && (
          <Guess row={row} code={code} onChoose={(courier) => edit(row.key, { courier })} />
        )}
      </td>
      <td>{field('number', t.number, fault === 'number' || fault === 'numberTwice')}</td>
      <td className={wrong ? styles.why : ''}>{row.refusal ?? (fault === undefined ? t.ok : t.faults[fault])}</td>
      <td>
        <IconButton label={t.drop(place)} icon={<CloseOutlined />} onClick={() => drop(row.key)} />
      </td>
    </tr>
  )
})

function CourierHint({ code }: { code: string }) {
  return <span className={styles.hint}>{` ${useCourierName(code)}`}</span>
}

/** Whose number it may be: the certain courier with its confidence, or the likely ones to choose from. */
function Guess({ row, code, onChoose }: { row: OwnRow; code: string | null; onChoose: (courier: string) => void }) {
  const t = useMessages(ownWords)
  const zh = useLocale() === 'zh-CN'
  const candidates = row.candidates ?? []
  const percent = (score: number) => `${Math.round(score * 100)}%`
  const chosen = candidates.find(({ courier }) => courier === code)
  const name = (one: Candidate) => (zh ? one.name_zh : (one.name_en ?? one.name_zh))
  if (code !== null) {
    return chosen === undefined ? null : (
      <span className={styles.hint}>
        {' '}
        {t.recognised(name(chosen), percent(chosen.score))}
      </span>
    )
  }
  return (
    <span className={styles.guesses}>
      {candidates.map((one) => (
        <Button key={one.courier} size="small" onClick={() => onChoose(one.courier)}>
          {name(one)} {one.score > 0 && percent(one.score)}
        </Button>
      ))}
    </span>
  )
}
