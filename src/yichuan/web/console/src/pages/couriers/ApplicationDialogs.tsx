import { useQuery } from '@tanstack/react-query'
import { Form, Input, Modal, Select } from 'antd'
import { common, useMessages } from '@/i18n'
import { type Application, applicationsKey, decideApplication, type Granting } from './applicationData'
import { applicationWords } from './applicationWords'
import { connectionsQuery } from './data'
import { useSave } from './useSave'

interface DialogProps {
  application: Application
  onClose: () => void
}

/** Grants an application; with a connection the number becomes a waybill account at once. */
export function GrantDialog({ application, onClose }: DialogProps) {
  const t = useMessages(applicationWords)
  const c = useMessages(common)
  const [form] = Form.useForm<Granting>()
  const connections = useQuery(connectionsQuery).data?.items ?? []
  const usable = connections.filter((one) => one.merchant_id === null || one.merchant_id === application.merchant_id)
  const write = (grant: Granting) => decideApplication(application.id, { grant: defined(grant), reason: '' })
  const save = useSave(write, applicationsKey, onClose)
  const fields = [
    ['customer_password', t.password, 100],
    ['branch_code', t.branchCode, 60],
    ['branch_name', t.branchName, 60],
    ['month_code', t.monthCode, 60],
  ] as const
  return (
    <Modal
      open
      title={t.approveTitle}
      okText={t.approve}
      cancelText={c.cancel}
      confirmLoading={save.isPending}
      onCancel={onClose}
      onOk={() => void form.validateFields().then((grant) => save.mutate(grant), () => undefined)}
    >
      <p>{t.approveHow}</p>
      <Form
        form={form}
        layout="vertical"
        initialValues={{ branch_code: application.branch_code ?? '', branch_name: application.branch_name ?? '' }}
      >
        <Form.Item name="customer_name" label={t.customer} rules={[{ required: true, whitespace: true, message: t.required }]}>
          <Input maxLength={60} />
        </Form.Item>
        {fields.map(([name, label, most]) => (
          <Form.Item key={name} name={name} label={label}>
            {name === 'customer_password' ? (
              <Input.Password maxLength={most} autoComplete="new-password" />
            ) : (
              <Input maxLength={most} />
            )}
          </Form.Item>
        ))}
        <Form.Item name="connection_id" label={t.connection}>
          <Select allowClear placeholder={t.noAccount} options={usable.map(({ id, name }) => ({ value: id, label: name }))} />
        </Form.Item>
      </Form>
    </Modal>
  )
}

/** Fields left empty are left out. */
function defined(grant: Granting): Granting {
  const kept = Object.entries(grant).filter(([, value]) => value !== undefined && value !== '')
  return Object.fromEntries(kept) as unknown as Granting
}

/** Refuses one; the reason is pushed to the applicant. */
export function RefuseDialog({ application, onClose }: DialogProps) {
  const t = useMessages(applicationWords)
  const c = useMessages(common)
  const [form] = Form.useForm<{ reason: string }>()
  const save = useSave(
    ({ reason }: { reason: string }) => decideApplication(application.id, { grant: null, reason }),
    applicationsKey,
    onClose,
  )
  return (
    <Modal
      open
      title={t.refuseTitle}
      okText={t.refuse}
      okButtonProps={{ danger: true }}
      cancelText={c.cancel}
      confirmLoading={save.isPending}
      onCancel={onClose}
      onOk={() => void form.validateFields().then((wish) => save.mutate(wish), () => undefined)}
    >
      <p>{t.refuseHow}</p>
      <Form form={form} layout="vertical">
        <Form.Item name="reason" label={t.reason} rules={[{ required: true, whitespace: true, message: t.required }]}>
          <Input.TextArea maxLength={200} autoSize={{ minRows: 2 }} />
        </Form.Item>
      </Form>
    </Modal>
  )
}
