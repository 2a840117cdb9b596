import { Form, Input, Modal } from 'antd'
import { common, useMessages } from '@/i18n'
import { addConnection, type ConnectionWish, connectionsQuery } from './data'
import { useSave } from './useSave'
import { words } from './words'

const KDNIAO = { name: '快递鸟', endpoint: 'https://api.kdniao.com' }

/** A credential at an API. */
export function ConnectionForm({ onClose }: { onClose: () => void }) {
  const t = useMessages(words)
  const c = useMessages(common)
  const [form] = Form.useForm<Omit<ConnectionWish, 'connector'>>()
  const save = useSave(addConnection, connectionsQuery.queryKey, onClose)
  const required = [{ required: true, message: t.required }]
  const send = (wish: Omit<ConnectionWish, 'connector'>) => save.mutate({ ...wish, connector: 'kdniao' })
  return (
    <Modal
      open
      title={t.addConnection}
      okText={c.save}
      cancelText={c.cancel}
      confirmLoading={save.isPending}
      onCancel={onClose}
      onOk={() => void form.validateFields().then(send, () => undefined)}
    >
      <Form form={form} layout="vertical" initialValues={KDNIAO}>
        <Form.Item name="name" label={t.name} rules={required}>
          <Input maxLength={60} />
        </Form.Item>
        <Form.Item name="endpoint" label={t.endpoint} rules={[...required, { type: 'url' }]}>
          <Input />
        </Form.Item>
        <Form.Item name="public_id" label={t.publicId} rules={required}>
          <Input maxLength={60} autoComplete="off" />
        </Form.Item>
        <Form.Item name="secret" label={t.secret} rules={required}>
          <Input.Password maxLength={200} autoComplete="new-password" />
        </Form.Item>
      </Form>
    </Modal>
  )
}
