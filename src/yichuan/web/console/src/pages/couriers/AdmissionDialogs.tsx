import { DatePicker, Form, Input, Modal, Radio } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { common, useMessages } from '@/i18n'
import { type Admission, admissionKey, decide, lift, override } from './admissionData'
import { admissionWords } from './admissionWords'
import { useSave } from './useSave'

interface DialogProps {
  row: Admission
  onClose: () => void
}

const MOST_DAYS = 366

/** Confirms what is proposed, or declines it with a reason. */
export function DecideDialog({ row, name, agree, onClose }: DialogProps & { name: string; agree: boolean }) {
  const t = useMessages(admissionWords)
  const how = !agree ? t.declineHow : row.proposal === 'suspend' ? t.suspendHow : t.readmitHow
  const save = useSave((reason: string) => decide({ row, agree, reason }), admissionKey, onClose)
  return (
    <ReasonDialog
      title={agree ? t.confirmTitle(name) : t.declineTitle(name)}
      how={how}
      needed={!agree}
      danger={agree && row.proposal === 'suspend'}
      okText={agree ? (row.proposal === 'suspend' ? t.confirmSuspend : t.confirmReadmit) : t.decline}
      pending={save.isPending}
      onOk={save.mutate}
      onClose={onClose}
    />
  )
}

/** Takes an override back. */
export function LiftDialog({ row, onClose }: DialogProps) {
  const t = useMessages(admissionWords)
  const save = useSave((reason: string) => lift(row, reason), admissionKey, onClose)
  return (
    <ReasonDialog
      title={t.lift}
      how={t.byStandard(t.states[row.by_standard])}
      needed
      okText={t.lift}
      pending={save.isPending}
      onOk={save.mutate}
      onClose={onClose}
    />
  )
}

interface ReasonDialogProps {
  title: string
  how: string
  needed: boolean
  danger?: boolean
  okText: string
  pending: boolean
  onOk: (reason: string) => void
  onClose: () => void
}

function ReasonDialog({ title, how, needed, danger, okText, pending, onOk, onClose }: ReasonDialogProps) {
  const t = useMessages(admissionWords)
  const c = useMessages(common)
  const [form] = Form.useForm<{ reason?: string }>()
  return (
    <Modal
      open
      title={title}
      okText={okText}
      okButtonProps={{ danger }}
      cancelText={c.cancel}
      confirmLoading={pending}
      onCancel={onClose}
      onOk={() => void form.validateFields().then(({ reason }) => onOk(reason ?? ''), () => undefined)}
    >
      <p>{how}</p>
      <Form form={form} layout="vertical">
        <Form.Item name="reason" label={t.reason} rules={[{ required: needed, whitespace: needed, message: t.reasonNeeded }]}>
          <Input.TextArea maxLength={500} autoSize={{ minRows: 2 }} />
        </Form.Item>
      </Form>
    </Modal>
  )
}

interface OverrideFields {
  state: 'admitted' | 'suspended'
  until: Dayjs
  reason: string
}

/** Lays down a state against the standard, until a day. */
export function OverrideDialog({ row, name, onClose }: DialogProps & { name: string }) {
  const t = useMessages(admissionWords)
  const c = useMessages(common)
  const [form] = Form.useForm<OverrideFields>()
  const save = useSave(
    ({ state, until, reason }: OverrideFields) => override(row, { state, until: until.format('YYYY-MM-DD'), reason }),
    admissionKey,
    onClose,
  )
  const today = dayjs().startOf('day')
  return (
    <Modal
      open
      title={t.overrideTitle(name)}
      okText={c.save}
      cancelText={c.cancel}
      confirmLoading={save.isPending}
      onCancel={onClose}
      onOk={() => void form.validateFields().then((wish) => save.mutate(wish), () => undefined)}
    >
      <p>{t.overrideHow}</p>
      <Form
        form={form}
        layout="vertical"
        initialValues={{ state: row.state === 'suspended' ? 'admitted' : 'suspended', until: today.add(7, 'day') }}
      >
        <Form.Item name="state" label={t.overrideState}>
          <Radio.Group
            options={[
              { value: 'admitted', label: t.states.admitted },
              { value: 'suspended', label: t.states.suspended },
            ]}
          />
        </Form.Item>
        <Form.Item name="until" label={t.until} rules={[{ required: true }]}>
          <DatePicker
            allowClear={false}
            disabledDate={(day) => day.isBefore(today, 'day') || day.isAfter(today.add(MOST_DAYS, 'day'), 'day')}
          />
        </Form.Item>
        <Form.Item name="reason" label={t.reason} rules={[{ required: true, whitespace: true, message: t.reasonNeeded }]}>
          <Input.TextArea maxLength={500} autoSize={{ minRows: 2 }} />
        </Form.Item>
      </Form>
    </Modal>
  )
}
