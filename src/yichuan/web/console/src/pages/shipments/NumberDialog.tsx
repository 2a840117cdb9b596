import { useMutation } from '@tanstack/react-query'
import { App, Form, Input, Modal, Radio, Select, Space } from 'antd'
import { api, type Schema, unwrap } from '@/api/client'
import { common, useLocale, useMessages } from '@/i18n'
import { errorTitle } from '@/ui'
import { useCourierOptions } from '../printing/filters'
import { refresh } from './data'
import { numberWords } from './numberWords'

type Wish = Schema<'FurtherNumber'>
type Doubt = Schema<'DoubtView'>

const PATTERN = /^[0-9A-Za-z-]{5,40}$/
const WAYS = ['next', 'return', 'piece'] as const

interface Props {
  id: string
  /** A number that a scan named: only what is in doubt is asked. */
  doubt?: Doubt
  onClose: () => void
}

/** 追加运单号: the parcel goes on, comes back, or has one more box under another number. */
export default function NumberDialog({ id, doubt, onClose }: Props) {
  const t = useMessages(numberWords)
  const c = useMessages(common)
  const locale = useLocale()
  const { message } = App.useApp()
  const couriers = useCourierOptions()
  const [form] = Form.useForm<Wish>()
  const add = useMutation({
    mutationFn: (wish: Wish) =>
      unwrap(
        api.POST('/api/v1/shipments/{shipment_id}/numbers', {
          params: { path: { shipment_id: id } },
          body: { ...wish, courier: wish.courier || undefined },
        }),
      ),
    onSuccess: ({ courier, number }) => {
      message.success(t.added(`${courier} ${number}`))
      onClose()
    },
    onError: (error) => message.error(errorTitle(error, locale)),
    onSettled: () => refresh(id),
  })
  const known = doubt && {
    number: doubt.number,
    courier: doubt.couriers[0],
    way: doubt.leg === 'return' ? ('return' as const) : doubt.leg === 'out' ? ('next' as const) : undefined,
  }
  return (
    <Modal
      open
      title={doubt ? `${t.adopt} ${doubt.number}` : t.add}
      okText={doubt ? t.adopt : c.ok}
      cancelText={c.cancel}
      okButtonProps={{ loading: add.isPending }}
      onOk={form.submit}
      onCancel={onClose}
    >
      <p style={{ marginBottom: 16, color: 'var(--y-text-secondary)' }}>{doubt ? doubt.said : t.addHow}</p>
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={known ?? { way: 'next' }}
        onFinish={(wish: Wish) => add.mutate(wish)}
      >
        <Form.Item name="way" label={t.way} rules={[{ required: true, message: t.wayNeeded }]}>
          <Radio.Group>
            <Space orientation="vertical">
              {WAYS.map((way) => (
                <Radio key={way} value={way}>
                  {t.ways[way]}
                </Radio>
              ))}
            </Space>
          </Radio.Group>
        </Form.Item>
        <Form.Item
          name="number"
          label={t.number}
          normalize={(text: string) => text.trim()}
          rules={[{ required: true, pattern: PATTERN, message: t.numberNeeded }]}
        >
          <Input autoComplete="off" maxLength={40} className="y-mono" readOnly={doubt !== undefined} onPressEnter={form.submit} />
        </Form.Item>
        <Form.Item name="courier" label={t.courier} extra={t.courierHow}>
          <Select
            allowClear
            showSearch={{ optionFilterProp: 'label' }}
            options={couriers}
            placeholder={t.recognise}
            getPopupContainer={(field: HTMLElement) => field.parentElement ?? document.body}
          />
        </Form.Item>
      </Form>
    </Modal>
  )
}
