import { CheckCircleOutlined, HistoryOutlined, QuestionCircleOutlined, StopOutlined, WarningOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useState } from 'react'
import { useMe } from '@/auth/useMe'
import { useCourierName } from '@/domain'
import { useLocale, useMessages } from '@/i18n'
import type { Tone } from '@/theme/palette'
import { Chip, type ChipIcon } from '@/ui/Chip'
import { IconButton } from '@/ui'
import { AdmissionFigures } from './AdmissionFigures'
import { AdmissionHistory } from './AdmissionHistory'
import type { Admission } from './admissionData'
import { admissionWords } from './admissionWords'
import { DecideDialog, LiftDialog, OverrideDialog } from './AdmissionDialogs'
import styles from './admission.module.css'

const LOOKS: Record<Admission['state'], { tone: Tone; icon: ChipIcon }> = {
  admitted: { tone: 'done', icon: CheckCircleOutlined },
  warned: { tone: 'risk', icon: WarningOutlined },
  suspended: { tone: 'broken', icon: StopOutlined },
}

export function useUnitName(row: Admission): string {
  const locale = useLocale()
  const courier = useCourierName(row.courier)
  const service = locale === 'zh-CN' ? row.service_name_zh : row.service_name_en
  return [courier, service, row.province].filter(Boolean).join(' · ')
}

/** A courier, or one of its services or lanes: state, why, figures, and what can be done. */
export function AdmissionUnit({ row }: { row: Admission }) {
  const t = useMessages(admissionWords)
  const locale = useLocale()
  const name = useUnitName(row)
  const look = LOOKS[row.state]
  const why = locale === 'zh-CN' ? row.reason_zh : row.reason_en
  const laid = row.override && t.laid(t.states[row.override], row.override_until ?? '', row.override_by ?? '')
  return (
    <article className={styles.unit} aria-label={name}>
      <div className={styles.head}>
        <h3>{name}</h3>
        <Chip tone={look.tone} icon={look.icon}>
          {t.states[row.state]}
        </Chip>
        {row.proposal && (
          <Chip tone="risk" icon={QuestionCircleOutlined} filled>
            {t.proposals[row.proposal]}
          </Chip>
        )}
        {row.override === null && row.state !== 'admitted' && <small className={styles.quiet}>{t.since(row.since)}</small>}
        {row.bad_windows > 1 && <small className={styles.quiet}>{t.badWindows(row.bad_windows)}</small>}
        <Acts row={row} name={name} />
      </div>
      {laid && (
        <p className={styles.why}>
          {laid} · {t.byStandard(t.states[row.by_standard])}
        </p>
      )}
      {why && <p className={styles.why}>{why}</p>}
      {row.figures.length > 0 && <AdmissionFigures figures={row.figures} />}
    </article>
  )
}

type Open = 'agree' | 'decline' | 'override' | 'lift' | 'history' | null

function Acts({ row, name }: { row: Admission; name: string }) {
  const t = useMessages(admissionWords)
  const { role } = useMe()
  const [open, setOpen] = useState<Open>(null)
  const close = () => setOpen(null)
  if (role === 'merchant') return null
  return (
    <div className={styles.acts}>
      {role === 'operator' && row.proposal && (
        <>
          <Button size="small" type="primary" danger={row.proposal === 'suspend'} onClick={() => setOpen('agree')}>
            {row.proposal === 'suspend' ? t.confirmSuspend : t.confirmReadmit}
          </Button>
          <Button size="small" onClick={() => setOpen('decline')}>
            {t.decline}
          </Button>
        </>
      )}
      {role === 'operator' && row.override && (
        <Button size="small" onClick={() => setOpen('lift')}>
          {t.lift}
        </Button>
      )}
      {role === 'operator' && (
        <Button size="small" onClick={() => setOpen('override')}>
          {t.override}
        </Button>
      )}
      <IconButton icon={<HistoryOutlined />} label={t.history} onClick={() => setOpen('history')} />
      {(open === 'agree' || open === 'decline') && (
        <DecideDialog row={row} name={name} agree={open === 'agree'} onClose={close} />
      )}
      {open === 'override' && <OverrideDialog row={row} name={name} onClose={close} />}
      {open === 'lift' && <LiftDialog row={row} onClose={close} />}
      {open === 'history' && <AdmissionHistory row={row} name={name} onClose={close} />}
    </div>
  )
}
