import { Form, Input, Modal, Select } from 'antd'
import { common, useMessages } from '@/i18n'
import { useAct } from './useAct'
import { changeHook, createHook, type Endpoint, type EventType, type HookWish, hooksKey, type Made } from './webhookData'
import { webhookWords } from './webhookWords'

interface Props {
  /** Changed; none: a new one is made. */
  hook?: Endpoint
  onClose: () => void
  onMade?: (made: Made) => void
}

/** Address and wanted events of an endpoint. */
export function HookForm({ hook, onClose, onMade }: Props) {
  const t = useMessages(webhookWords)
  const c = useMessages(common)
  const [form] = Form.useForm<HookWish>()
  const create = useAct(createHook, hooksKey, t.saved, (made) => {
    onMade?.(made)
    onClose()
  })
  const change = useAct(changeHook, hooksKey, t.saved, onClose)
  const types = (Object.keys(t.types) as EventType[]).filter((type) => type !== 'webhook.test')
  const save = (wish: HookWish) => (hook ? change.mutate({ id: hook.id, ...wish }) : create.mutate(wish))
  return (
    <Modal
      open
      title={hook ? t.editHook : t.newHook}
      okText={c.save}
      cancelText={c.cancel}
      confirmLoading={create.isPending || change.isPending}
      onCancel={onClose}
      onOk={() => void form.validateFields().then(save, () => undefined)}
    >
      <Form
        form={form}
        layout="vertical"
        initialValues={{ url: hook?.url ?? '', event_types: hook?.event_types ?? [] }}
      >
        <Form.Item name="url" label={t.url} rules={[{ required: true, message: t.required }]}>
          <Input autoFocus placeholder="https://" />
        </Form.Item>
        <Form.Item name="event_types" label={t.events} extra={t.eventsHow}>
          <Select
            mode="multiple"
            allowClear
            placeholder={t.allEvents}
            options={types.map((type) => ({ value: type, label: t.types[type] }))}
          />
        </Form.Item>
      </Form>
    </Modal>
  )
}
