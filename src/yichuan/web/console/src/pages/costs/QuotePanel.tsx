import { useMutation, useQuery } from '@tanstack/react-query'
import { App, Button, Checkbox, Form, Input, InputNumber, Select } from 'antd'
import { api, type Schema, unwrap } from '@/api/client'
import { useMe } from '@/auth/useMe'
import { useLocale, useMessages } from '@/i18n'
import { useIsPhone } from '@/lib/useMediaQuery'
import { CourierTag, Dash, EmptyState, errorTitle, Money, Panel, PlainTable, Weight } from '@/ui'
import { merchantsQuery } from '../merchants/names'
import { useProvinceOptions } from '../printing/filters'
import { CourierQuotes } from './CourierQuotes'
import { words } from './words'

const search = { optionFilterProp: 'label' }

interface Wish {
  province: string
  city?: string
  origin?: string
  kilograms: number
  /** Also ask the couriers; staff say for which merchant. */
  ask?: boolean
  merchant?: string
}

type Quote = Schema<'QuoteView'>

function quote({ province, city, origin, kilograms, ask, merchant }: Wish) {
  const body = {
    dest_province: province,
    dest_city: city ?? '',
    origin_province: origin ?? '',
    weight_g: Math.round(kilograms * 1000),
    volume_cm3: 0,
    courier: '',
    service: '',
    zone: '',
    merchant_id: merchant ?? null,
    ask_couriers: ask === true || merchant !== undefined,
  }
  return unwrap(api.POST('/api/v1/quotes', { body }))
}

/** Prices one parcel on every card that fits, and shows how each price came about. */
export function QuotePanel() {
  const t = useMessages(words)
  const locale = useLocale()
  const { message } = App.useApp()
  const ask = useMutation({
    mutationFn: quote,
    onError: (error) => message.error(errorTitle(error, locale)),
  })
  const provinces = useProvinceOptions()
  const phone = useIsPhone()
  const required = [{ required: true, message: '' }]
  return (
    <Panel title={t.quote}>
      <Form<Wish>
        layout={phone ? 'vertical' : 'inline'}
        initialValues={{ kilograms: 1 }}
        onFinish={(wish) => ask.mutate(wish)}
        style={{ rowGap: 12 }}
      >
        <Form.Item name="origin" label={t.origin}>
          <Select allowClear showSearch={search} options={provinces} style={{ minWidth: 120 }} />
        </Form.Item>
        <Form.Item name="province" label={t.province} rules={required}>
          <Select showSearch={search} options={provinces} style={{ minWidth: 120 }} />
        </Form.Item>
        <Form.Item name="city" label={t.city}>
          <Input style={{ minWidth: 120 }} />
        </Form.Item>
        <Form.Item name="kilograms" label={t.weight} rules={required}>
          <InputNumber min={0.001} max={100000} step={0.5} style={{ width: 110 }} />
        </Form.Item>
        <AskCouriers />
        <Button type="primary" htmlType="submit" loading={ask.isPending}>
          {t.calculate}
        </Button>
      </Form>
      {ask.data && <Prices rows={ask.data.items} />}
      {ask.data && ask.variables && (ask.variables.ask || ask.variables.merchant) && (
        <div style={{ marginTop: 16 }}>
          <CourierQuotes rows={ask.data.couriers} />
        </div>
      )}
    </Panel>
  )
}

/** Couriers answer through the account that a merchant would use, so staff name the merchant. */
function AskCouriers() {
  const t = useMessages(words)
  const merchant = useMe().role === 'merchant'
  const merchants = useQuery({ ...merchantsQuery, enabled: !merchant }).data ?? []
  if (merchant) {
    return (
      <Form.Item name="ask" valuePropName="checked">
        <Checkbox>{t.askCouriers}</Checkbox>
      </Form.Item>
    )
  }
  const options = merchants.map(({ id, name }) => ({ value: id, label: name }))
  return (
    <Form.Item name="merchant" label={t.askCouriersFor}>
      <Select
        allowClear
        showSearch={search}
        options={options}
        placeholder={t.doNotAsk}
        style={{ minWidth: 160 }}
      />
    </Form.Item>
  )
}

function Prices({ rows }: { rows: readonly Quote[] }) {
  const t = useMessages(words)
  const locale = useLocale()
  return (
    <PlainTable
      caption={t.quote}
      rows={rows}
      rowId={(row) => `${row.role}/${row.courier}/${row.service ?? ''}/${row.card}`}
      empty={<EmptyState title={t.noQuote} how={t.noQuoteHow} />}
      columns={[
        { key: 'courier', title: t.courier, render: (row) => <CourierTag code={row.courier} /> },
        { key: 'role', title: t.role, render: (row) => t[row.role] },
        { key: 'total', title: t.total, align: 'right', render: (row) => <Money value={row.total} /> },
        {
          key: 'weight',
          title: t.chargeable,
          align: 'right',
          render: (row) => <Weight grams={row.chargeable_weight_g} />,
        },
        {
          key: 'days',
          title: t.days,
          render: (row) =>
            row.lead_days_min === null ? (
              <Dash />
            ) : (
              t.dayRange(row.lead_days_min, row.lead_days_max ?? row.lead_days_min)
            ),
        },
        {
          key: 'why',
          title: t.why,
          render: (row) => (locale === 'zh-CN' ? row.explanation_zh : row.explanation_en),
        },
      ]}
    />
  )
}
