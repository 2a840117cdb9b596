import { Form, Input, InputNumber, Modal, Select } from 'antd'
import type { Schema } from '@/api/client'
import { common, useMessages } from '@/i18n'
import { type Merchant, useAdmit, useChangeMerchant } from './data'
import { modeWords, statusWords, tierWords, words } from './words'

type Wish = Schema<'MerchantRequest'> & { status?: Merchant['status'] }

function options<V extends string>(names: Readonly<Record<V, string>>) {
  return (Object.keys(names) as V[]).map((value) => ({ value, label: names[value] }))
}

/** Admits a merchant. */
export function AdmitForm({ onDone }: { onDone: () => void }) {
  const t = useMessages(words)
  const admit = useAdmit(t.admitted, onDone)
  return (
    <MerchantDialog
      title={t.admit}
      hint={t.admitHow}
      isNew
      initial={{ code: '', name: '', tier: 'standard', logistics_mode: 'own', ship_within_hours: 48 }}
      busy={admit.isPending}
      onSubmit={({ status: _status, ...wish }) => admit.mutate(wish)}
      onCancel={onDone}
    />
  )
}

/** Changes tier, status, mode and promise. */
export function ChangeForm({ merchant, onDone }: { merchant: Merchant; onDone: () => void }) {
  const t = useMessages(words)
  const change = useChangeMerchant(merchant.id, t.changed, onDone)
  return (
    <MerchantDialog
      title={`${t.edit} · ${merchant.name}`}
      initial={merchant}
      busy={change.isPending}
      onSubmit={({ code: _code, ...wish }) => change.mutate(wish)}
      onCancel={onDone}
    />
  )
}

interface DialogProps {
  title: string
  hint?: string
  isNew?: boolean
  initial: Wish
  busy: boolean
  onSubmit: (wish: Wish) => void
  onCancel: () => void
}

function MerchantDialog({ title, hint, isNew, initial, busy, onSubmit, onCancel }: DialogProps) {
  const t = useMessages(words)
  const c = useMessages(common)
  const [tiers, statuses, modes] = [useMessages(tierWords), useMessages(statusWords), useMessages(modeWords)]
  const [form] = Form.useForm<Wish>()
  const needed = { required: true, whitespace: true, message: t.needed }
  return (
    <Modal
      open
      title={title}
      onCancel={onCancel}
      onOk={form.submit}
      okText={c.save}
      cancelText={c.cancel}
      okButtonProps={{ loading: busy }}
    >
      {hint !== undefined && <p style={{ marginBottom: 16, color: 'var(--y-text-secondary)' }}>{hint}</p>}
      <Form<Wish>
        form={form}
        layout="vertical"
        initialValues={{ ...initial, category: initial.category ?? undefined }}
        requiredMark={false}
        onFinish={(wish) => onSubmit({ ...initial, ...wish, category: wish.category || undefined })}
      >
        {isNew && (
          <Form.Item
            name="code"
            label={t.code}
            extra={t.codeHow}
            rules={[needed, { pattern: /^[\w.-]+$/, message: t.codeWrong }]}
          >
            <Input autoFocus maxLength={40} />
          </Form.Item>
        )}
        <Form.Item name="name" label={t.name} rules={[needed]}>
          <Input maxLength={100} />
        </Form.Item>
        <Form.Item name="tier" label={t.tier}>
          <Select options={options(tiers)} />
        </Form.Item>
        {!isNew && (
          <Form.Item name="status" label={t.status}>
            <Select options={options(statuses)} />
          </Form.Item>
        )}
        <Form.Item name="logistics_mode" label={t.mode}>
          <Select options={options(modes)} />
        </Form.Item>
        <Form.Item name="category" label={t.category}>
          <Input maxLength={60} />
        </Form.Item>
        <Form.Item name="ship_within_hours" label={t.promise} rules={[{ required: true, message: t.needed }]}>
          <InputNumber min={1} max={720} precision={0} suffix={t.hoursUnit} style={{ width: '100%' }} />
        </Form.Item>
      </Form>
    </Modal>
  )
}
