import { DatePicker, Form, Input, Modal } from 'antd'
import type { Dayjs } from 'dayjs'
import { useState } from 'react'
import { api, unwrap } from '@/api'
import { common, useLocale, useMessages } from '@/i18n'
import { randomId } from '@/lib/ids'
import type { RowResult } from '@/table'
import { errorTitle } from '@/ui'
import { numberOf } from './acts'
import { type Box, refreshQueues } from './data'
import { pickupWords } from './pickupWords'
import { reasonOf } from './reasons'

interface Fields {
  window?: [Dayjs, Dayjs] | null
  remark?: string
}

interface PickupDialogProps {
  rows: readonly Box[]
  /** What became of each box; nothing when it was given up. */
  onEnd: (results: RowResult[] | null) => void
}

/** 预约取件 for the chosen boxes: when somebody is there, and a word to the courier. */
export default function PickupDialog({ rows, onEnd }: PickupDialogProps) {
  const t = useMessages(pickupWords)
  const c = useMessages(common)
  const locale = useLocale()
  const [form] = Form.useForm<Fields>()
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  // One key for one dialog: pressing twice sends nobody twice.
  const [key] = useState(() => randomId())
  const book = async ({ window, remark }: Fields) => {
    setBusy(true)
    try {
      const { items } = await unwrap(
        api.POST('/api/v1/pickups', {
          params: { header: { 'Idempotency-Key': key } },
          body: {
            shipment_ids: rows.map(({ id }) => id),
            starts_at: window?.[0].toISOString() ?? null,
            ends_at: window?.[1].toISOString() ?? null,
            remark: remark ?? '',
          },
        }),
      )
      const errors = new Map(items.flatMap(({ shipment_ids, error }) => shipment_ids.map((id) => [id, error] as const)))
      refreshQueues()
      onEnd(
        rows.map((row) => {
          const error = errors.get(row.id)
          const base = { id: row.id, label: numberOf(row) }
          return error ? { ...base, ok: false, code: error.code, message: reasonOf(error, locale) } : { ...base, ok: true }
        }),
      )
    } catch (error) {
      setFailure(errorTitle(error, locale))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Modal
      open
      title={t.bookTitle(rows.length)}
      okText={t.book}
      cancelText={c.cancel}
      confirmLoading={busy}
      onOk={() => form.submit()}
      onCancel={() => onEnd(null)}
    >
      <p>{t.bookHow}</p>
      <Form form={form} layout="vertical" onFinish={(fields) => void book(fields)}>
        <Form.Item name="window" label={t.window} extra={t.windowHow}>
          <DatePicker.RangePicker
            showTime={{ format: 'HH:mm', minuteStep: 30 }}
            format="MM-DD HH:mm"
            placeholder={[t.from, t.to]}
            style={{ width: '100%' }}
          />
        </Form.Item>
        <Form.Item name="remark" label={t.remark}>
          <Input maxLength={100} />
        </Form.Item>
      </Form>
      {failure !== null && <p role="alert">{failure}</p>}
    </Modal>
  )
}
