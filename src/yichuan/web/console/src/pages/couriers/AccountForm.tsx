import { useQuery } from '@tanstack/react-query'
import { Form, Input, InputNumber, Modal, Select } from 'antd'
import { common, useLocale, useMessages } from '@/i18n'
import { type AccountWish, accountsQuery, addAccount, connectionsQuery, servedQuery } from './data'
import { useSave } from './useSave'
import { words } from './words'

/** A contract with a branch: which courier, through which connection, under which customer number. */
export function AccountForm({ onClose }: { onClose: () => void }) {
  const t = useMessages(words)
  const c = useMessages(common)
  const locale = useLocale()
  const [form] = Form.useForm<AccountWish>()
  const connections = useQuery(connectionsQuery)
  const couriers = useQuery(servedQuery)
  const save = useSave(addAccount, accountsQuery.queryKey, onClose)
  const required = [{ required: true, message: t.required }]
  const nameOf = (zh: string, en: string | null) => (locale === 'zh-CN' ? zh : (en ?? zh))
  return (
    <Modal
      open
      title={t.addTitle}
      okText={c.save}
      cancelText={c.cancel}
      confirmLoading={save.isPending}
      onCancel={onClose}
      onOk={() => void form.validateFields().then((wish) => save.mutate(wish), () => undefined)}
    >
      <Form form={form} layout="vertical" initialValues={{ balance_alert: 100 }}>
        <Form.Item name="courier" label={t.courier} rules={required}>
          <Select
            showSearch={{ optionFilterProp: 'label' }}
            loading={couriers.isPending}
            options={couriers.data?.items.map((one) => ({
              value: one.code,
              label: `${nameOf(one.name_zh, one.name_en)} ${one.code}`,
            }))}
          />
        </Form.Item>
        <Form.Item name="connection_id" label={t.connection} rules={required}>
          <Select
            loading={connections.isPending}
            options={connections.data?.items.map((one) => ({ value: one.id, label: one.name }))}
          />
        </Form.Item>
        <Form.Item name="customer_name" label={t.customer}>
          <Input maxLength={60} />
        </Form.Item>
        <Form.Item name="customer_password" label={t.password}>
          <Input.Password maxLength={100} autoComplete="new-password" />
        </Form.Item>
        <Form.Item name="month_code" label={t.monthCode}>
          <Input maxLength={60} />
        </Form.Item>
        <Form.Item name="branch_code" label={t.branchCode}>
          <Input maxLength={60} />
        </Form.Item>
        <Form.Item name="branch_name" label={t.branchName}>
          <Input maxLength={60} />
        </Form.Item>
        <Form.Item name="balance_alert" label={t.alertAt}>
          <InputNumber min={0} precision={0} style={{ width: '100%' }} />
        </Form.Item>
      </Form>
    </Modal>
  )
}
