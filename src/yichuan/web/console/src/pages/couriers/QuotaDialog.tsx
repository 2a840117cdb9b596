import { useQuery } from '@tanstack/react-query'
import { Button, Form, InputNumber, Modal, Select } from 'antd'
import { common, useMessages } from '@/i18n'
import { EmptyState, PlainTable } from '@/ui'
import { merchantsQuery, useMerchantName } from '../merchants/names'
import { type Account, quotasQuery, setQuota } from './data'
import { quotaWords } from './quotaWords'
import { useSave } from './useSave'

interface Fields {
  merchant_id: string
  per_day?: number | null
  per_month?: number | null
}

/** What each merchant may take from an account that the platform lends. */
export function QuotaDialog({ account, onClose }: { account: Account; onClose: () => void }) {
  const t = useMessages(quotaWords)
  const c = useMessages(common)
  const [form] = Form.useForm<Fields>()
  const merchants = useQuery(merchantsQuery)
  const rows = useQuery(quotasQuery).data?.items.filter((one) => one.account_id === account.id) ?? []
  const nameOf = useMerchantName()
  const write = ({ merchant_id, per_day, per_month }: Fields) =>
    setQuota(account.id, merchant_id, { per_day: per_day ?? null, per_month: per_month ?? null })
  const save = useSave(write, quotasQuery.queryKey, () => form.resetFields())
  return (
    <Modal open width={680} footer={null} title={t.title(`${account.courier} ${account.branch_name ?? ''}`)} onCancel={onClose}>
      <p>{t.how}</p>
      <Form form={form} layout="inline" onFinish={(fields) => save.mutate(fields)} style={{ rowGap: 8, marginBottom: 16 }}>
        <Form.Item name="merchant_id" label={t.merchant} rules={[{ required: true, message: t.required }]}>
          <Select
            showSearch={{ optionFilterProp: 'label' }}
            style={{ width: 180 }}
            loading={merchants.isPending}
            options={merchants.data?.map(({ id, name }) => ({ value: id, label: name }))}
          />
        </Form.Item>
        <Form.Item name="per_day" label={t.perDay}>
          <InputNumber min={0} precision={0} />
        </Form.Item>
        <Form.Item name="per_month" label={t.perMonth}>
          <InputNumber min={0} precision={0} />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={save.isPending}>
          {c.save}
        </Button>
      </Form>
      <PlainTable
        caption={t.quota}
        rows={rows}
        rowId={(row) => row.merchant_id}
        empty={<EmptyState title={t.empty} how={t.emptyHow} />}
        columns={[
          { key: 'merchant', title: t.merchant, render: (row) => nameOf(row.merchant_id) },
          { key: 'day', title: t.perDay, align: 'right', render: (row) => row.per_day ?? t.none },
          { key: 'month', title: t.perMonth, align: 'right', render: (row) => row.per_month ?? t.none },
          { key: 'used', title: t.used, align: 'right', render: (row) => `${row.used_today} / ${row.used_this_month}` },
          { key: 'left', title: t.leftTitle, align: 'right', render: (row) => row.left ?? t.none },
        ]}
      />
    </Modal>
  )
}
