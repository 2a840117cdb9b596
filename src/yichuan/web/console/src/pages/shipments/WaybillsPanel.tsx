import { EyeOutlined, PrinterOutlined, StopOutlined } from '@ant-design/icons'
import { CheckCircleFilled, CloseCircleFilled, LoadingOutlined, MinusCircleOutlined, QuestionCircleFilled } from '@ant-design/icons'
import { useMutation, useQuery } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { api, buildUrl, unwrap } from '@/api'
import { common, useLocale, useMessages } from '@/i18n'
import type { Tone } from '@/theme/palette'
import { Chip, CopyableNumber, CourierTag, ErrorState, errorTitle, Panel, TimeAgo } from '@/ui'
import { type Detail, refresh, type Waybill, waybillsQuery } from './data'
import { detailWords } from './detailWords'
import { openLabel } from './labels'
import { settleWords } from './settleWords'
import styles from './shipments.module.css'

const SettleDialog = lazy(() => import('./SettleDialog'))
const LOOKS = {
  issued: { tone: 'done', icon: CheckCircleFilled },
  requested: { tone: 'moving', icon: LoadingOutlined },
  failed: { tone: 'broken', icon: CloseCircleFilled },
  cancelled: { tone: 'waiting', icon: MinusCircleOutlined },
} as const satisfies Record<Waybill['state'], { tone: Tone; icon: unknown }>

/** Every number it ever had: label, printing again, giving it back. */
export function WaybillsPanel({ shipment }: { shipment: Detail }) {
  const t = useMessages(detailWords)
  const query = useQuery(waybillsQuery(shipment.id))
  return (
    <Panel title={t.waybills}>
      {query.isError && <ErrorState compact error={query.error} onRetry={() => void query.refetch()} />}
      {query.data?.length === 0 && <p className={styles.quiet}>{t.noWaybills}</p>}
      <ul className={styles.entries}>
        {query.data?.map((waybill) => (
          <li key={waybill.id}>
            <Entry waybill={waybill} pickedUp={shipment.picked_up_at !== null} />
          </li>
        ))}
      </ul>
    </Panel>
  )
}

function Entry({ waybill, pickedUp }: { waybill: Waybill; pickedUp: boolean }) {
  const t = useMessages(detailWords)
  const mark = waybill.label_fields.mark_destination
  return (
    <div className={styles.entry}>
      <div className={styles.line}>
        <State waybill={waybill} />
        <CourierTag code={waybill.courier} />
        <CopyableNumber value={waybill.number} />
      </div>
      <div className={styles.meta}>
        <span>{waybill.kind === 'hub' ? t.hub : t.own}</span>
        {waybill.leg === 'return' && <span>{t.returning}</span>}
        <TimeAgo at={waybill.issued_at ?? waybill.requested_at} exact />
        {waybill.kind === 'hub' && <span>{t.prints(waybill.print_count)}</span>}
        {typeof mark === 'string' && mark !== '' && (
          <span>
            {t.sorting} {mark}
          </span>
        )}
        {waybill.child_numbers && waybill.child_numbers.length > 0 && (
          <span>
            {t.children} {waybill.child_numbers.join(' ')}
          </span>
        )}
      </div>
      {isInDoubt(waybill) && <InDoubt waybill={waybill} />}
      {waybill.failure_text && !isInDoubt(waybill) && <p className={styles.wrong}>{waybill.failure_text}</p>}
      {waybill.state === 'issued' && <Acts waybill={waybill} pickedUp={pickedUp} />}
    </div>
  )
}

/** Whether only a person can say what became of it. */
const isInDoubt = ({ state, failure_code }: Waybill) => state === 'requested' && failure_code === 'cannot_recover'

function State({ waybill }: { waybill: Waybill }) {
  const t = useMessages(detailWords)
  const s = useMessages(settleWords)
  if (isInDoubt(waybill)) {
    return (
      <Chip tone="risk" icon={QuestionCircleFilled}>
        {s.chip}
      </Chip>
    )
  }
  return <Chip {...LOOKS[waybill.state]}>{t[waybill.state]}</Chip>
}

function InDoubt({ waybill }: { waybill: Waybill }) {
  const t = useMessages(settleWords)
  const [open, setOpen] = useState(false)
  return (
    <>
      <p className={styles.wrong}>{t.why}</p>
      <div className={styles.line}>
        <span className="y-mono">{waybill.order_code}</span>
        <Button size="small" type="primary" onClick={() => setOpen(true)}>
          {t.settle}
        </Button>
      </div>
      {open && (
        <Suspense fallback={null}>
          <SettleDialog waybill={waybill} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  )
}

function useCancel(waybill: Waybill) {
  const t = useMessages(detailWords)
  const c = useMessages(common)
  const locale = useLocale()
  const { message, modal } = App.useApp()
  const cancel = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST('/api/v1/waybills/{waybill_id}/cancel', { params: { path: { waybill_id: waybill.id } } }),
      ),
    onSuccess: () => message.success(t.cancelDone),
    onError: (error) => message.error(errorTitle(error, locale)),
    onSettled: () => refresh(waybill.shipment_id),
  })
  const ask = () =>
    void modal.confirm({
      title: `${t.cancelWaybill} ${waybill.number ?? ''}`,
      content: t.cancelSure,
      okText: t.cancelWaybill,
      cancelText: c.cancel,
      okButtonProps: { danger: true },
      onOk: () => cancel.mutateAsync().catch(() => undefined),
    })
  return { ask, busy: cancel.isPending }
}

function Acts({ waybill, pickedUp }: { waybill: Waybill; pickedUp: boolean }) {
  const t = useMessages(detailWords)
  const locale = useLocale()
  const { message } = App.useApp()
  const [preview, setPreview] = useState(false)
  const cancel = useCancel(waybill)
  const hub = waybill.kind === 'hub'
  const print = () => openLabel(waybill.id).catch((error: unknown) => message.error(errorTitle(error, locale)))
  return (
    <>
      <div className={styles.line}>
        {hub && (
          <Button size="small" icon={<EyeOutlined />} aria-expanded={preview} onClick={() => setPreview(!preview)}>
            {preview ? t.hidePreview : t.preview}
          </Button>
        )}
        {hub && (
          <Button size="small" icon={<PrinterOutlined />} onClick={() => void print()}>
            {t.pdf}
          </Button>
        )}
        <Button
          size="small"
          danger
          icon={<StopOutlined />}
          disabled={pickedUp}
          loading={cancel.busy}
          title={pickedUp ? t.pickedUpAlready : undefined}
          onClick={cancel.ask}
        >
          {t.cancelWaybill}
        </Button>
      </div>
      {preview && (
        <img
          className={styles.label}
          src={buildUrl(`/waybills/${waybill.id}/label`, { format: 'png' })}
          alt={t.labelOf(waybill.number ?? '')}
        />
      )}
    </>
  )
}
