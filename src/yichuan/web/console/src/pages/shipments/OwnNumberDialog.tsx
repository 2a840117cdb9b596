import { useMutation } from '@tanstack/react-query'
import { App, Form, Input, Modal, Select } from 'antd'
import { api, unwrap } from '@/api'
import { common, useLocale, useMessages } from '@/i18n'
import { errorTitle } from '@/ui'
import { SuspendedNote } from '../couriers/SuspendedNote'
import { useCourierOptions } from '../printing/filters'
import { refresh, type Row } from './data'
import { actWords } from './words'

interface Wish {
  courier: string
  number: string
}

const PATTERN = /^[0-9A-Za-z-]{5,40}$/

/** 填单号发货: the parcel went with a courier of the merchant's own. */
export default function OwnNumberDialog({ row, onClose }: { row: Row; onClose: () => void }) {
  const t = useMessages(actWords)
  const c = useMessages(common)
  const locale = useLocale()
  const { message } = App.useApp()
  const couriers = useCourierOptions()
  const [form] = Form.useForm<Wish>()
  const chosen = Form.useWatch('courier', form)
  const ship = useMutation({
    mutationFn: ({ courier, number }: Wish) =>
      unwrap(
        api.POST('/api/v1/shipments', {
          body: { shipment_id: row.id, method: 'own_number', courier, number: number.trim() },
        }),
      ),
    onSuccess: () => {
      message.success(t.ownDone)
      onClose()
    },
    onError: (error) => message.error(errorTitle(error, locale)),
    onSettled: () => refresh(row.id),
  })
  return (
    <Modal
      open
      title={`${t.own} · ${row.shipment_no}`}
      okText={c.ok}
      cancelText={c.cancel}
      okButtonProps={{ loading: ship.isPending }}
      onOk={form.submit}
      onCancel={onClose}
    >
      <p style={{ marginBottom: 16, color: 'var(--y-text-secondary)' }}>{t.ownHow}</p>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={(wish: Wish) => ship.mutate(wish)}>
        <Form.Item name="courier" label={t.ownCourier} rules={[{ required: true, message: t.ownCourier }]}>
          <Select
            showSearch={{ optionFilterProp: 'label' }}
            options={couriers}
            getPopupContainer={(field: HTMLElement) => field.parentElement ?? document.body}
          />
        </Form.Item>
        {chosen && <SuspendedNote courier={chosen} />}
        <Form.Item
          name="number"
          label={t.ownNumber}
          normalize={(text: string) => text.trim()}
          rules={[{ required: true, pattern: PATTERN, message: t.ownNumber }]}
        >
          <Input autoComplete="off" maxLength={40} className="y-mono" onPressEnter={form.submit} />
        </Form.Item>
      </Form>
    </Modal>
  )
}
