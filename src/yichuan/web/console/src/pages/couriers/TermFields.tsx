import { useQuery } from '@tanstack/react-query'
import { Checkbox, Form, Input, InputNumber, Radio, Select, Switch } from 'antd'
import type { ReactNode } from 'react'
import { useMessages } from '@/i18n'
import { accountsQuery } from './data'
import { PlaceField } from './PlaceField'
import type { Draft } from './termDraft'
import type { Term, TermKind } from './termData'
import styles from './terms.module.css'
import { termWords } from './termWords'

interface TermFieldsProps {
  kind: TermKind
  editing: Term | undefined
}

/** The fields of one kind of rule. */
export function TermFields({ kind, editing }: TermFieldsProps) {
  const name = editing !== undefined && 'place' in editing ? (editing.place ?? '') : ''
  const fields: Readonly<Record<TermKind, () => ReactNode>> = {
    areas: () => <AreaFields place={name} />,
    suspensions: () => <SuspensionFields place={name} />,
    goods: () => <GoodsFields />,
    cutoffs: () => <CutOffFields place={name} />,
    real_names: () => <RealNameFields />,
    traits: () => <TraitFields />,
    compensation: () => <CompensationFields />,
  }
  return fields[kind]()
}

function Place({ name }: { name: string }) {
  const t = useMessages(termWords)
  const known = { validator: (_: unknown, value: string | null) => (value === null ? Promise.reject(new Error(t.placeUnknown)) : Promise.resolve()) }
  return (
    <Form.Item name="adcode" label={t.place} rules={[known]}>
      <PlaceField name={name} />
    </Form.Item>
  )
}

interface ChoiceProps {
  name: keyof Draft & string
  label: string
  options: { value: string | boolean; label: string }[]
}

function Choice({ name, label, options }: ChoiceProps) {
  return (
    <Form.Item<Record<string, unknown>> name={name} label={label}>
      <Radio.Group optionType="button" options={options} />
    </Form.Item>
  )
}

function AreaFields({ place }: { place: string }) {
  const t = useMessages(termWords)
  return (
    <>
      <Place name={place} />
      <Form.Item name="keyword" label={t.keyword} extra={t.keywordHint}>
        <Input maxLength={40} />
      </Form.Item>
      <Choice name="serves" label={t.serves} options={[{ value: true, label: t.servesYes }, { value: false, label: t.servesNo }]} />
      <Form.Item name="note" label={t.note}>
        <Input maxLength={200} />
      </Form.Item>
    </>
  )
}

function SuspensionFields({ place }: { place: string }) {
  const t = useMessages(termWords)
  const required = [{ required: true, message: t.required }]
  return (
    <>
      <Place name={place} />
      <Choice name="direction" label={t.direction} options={(['both', 'to', 'from'] as const).map((value) => ({ value, label: t[value] }))} />
      <Form.Item name="cause" label={t.cause}>
        <Select options={(['epidemic', 'weather', 'conference', 'holiday', 'capacity', 'other'] as const).map((value) => ({ value, label: t.causes[value] }))} />
      </Form.Item>
      <Form.Item name="reason" label={t.reason} rules={required}>
        <Input maxLength={100} />
      </Form.Item>
      <div className={styles.pair}>
        <Form.Item name="from_at" label={t.fromAt} rules={required}>
          <Input type="datetime-local" />
        </Form.Item>
        <Form.Item name="until_at" label={t.untilAt} extra={t.untilHint}>
          <Input type="datetime-local" />
        </Form.Item>
      </div>
    </>
  )
}

function GoodsFields() {
  const t = useMessages(termWords)
  const required = [{ required: true, message: t.required }]
  return (
    <>
      <div className={styles.pair}>
        <Form.Item name="name_zh" label={t.name} rules={required}>
          <Input maxLength={100} />
        </Form.Item>
        <Form.Item name="name_en" label={t.nameEn}>
          <Input maxLength={100} />
        </Form.Item>
      </div>
      <Choice name="level" label={t.level} options={(['forbidden', 'air', 'declare'] as const).map((value) => ({ value, label: t[value] }))} />
      <Form.Item name="keywords" label={t.keywords} extra={t.wordsHint} rules={required}>
        <Select mode="tags" open={false} tokenSeparators={['、', ' ', ',']} suffixIcon={null} />
      </Form.Item>
      <Form.Item name="unless" label={t.unless} extra={t.wordsHint}>
        <Select mode="tags" open={false} tokenSeparators={['、', ' ', ',']} suffixIcon={null} />
      </Form.Item>
      <Form.Item name="source" label={t.source}>
        <Input maxLength={200} />
      </Form.Item>
      <Form.Item name="enabled" label={t.enabled} valuePropName="checked">
        <Switch />
      </Form.Item>
    </>
  )
}

function CutOffFields({ place }: { place: string }) {
  const t = useMessages(termWords)
  return (
    <>
      <Place name={place} />
      <Form.Item name="branch_code" label={t.branch}>
        <Input maxLength={60} placeholder={t.anyBranch} />
      </Form.Item>
      <Form.Item name="weekdays" label={t.weekdays} rules={[{ required: true, message: t.required }]}>
        <Checkbox.Group options={t.days.split(' ').map((label, index) => ({ value: String(index + 1), label }))} />
      </Form.Item>
      <Form.Item name="at" label={t.at} extra={t.atHint}>
        <Input type="time" style={{ width: 140 }} />
      </Form.Item>
    </>
  )
}

function RealNameFields() {
  const t = useMessages(termWords)
  const courier = Form.useWatch<string | undefined>('courier')
  const accounts = useQuery(accountsQuery).data?.items.filter((one) => one.courier === courier) ?? []
  return (
    <>
      <Form.Item name="account_id" label={t.account} extra={t.accountHint}>
        <Select allowClear options={accounts.map((one) => ({ value: one.id, label: one.branch_name ?? one.branch_code ?? one.id.slice(-8) }))} />
      </Form.Item>
      <Form.Item name="reference" label={t.reference} extra={t.referenceHint}>
        <Input maxLength={60} />
      </Form.Item>
      <Form.Item name="valid_until" label={t.validUntil}>
        <Input type="date" style={{ width: 180 }} />
      </Form.Item>
    </>
  )
}

function TraitFields() {
  const t = useMessages(termWords)
  const options = [
    { value: true, label: t.enabledYes },
    { value: false, label: t.enabledNo },
  ]
  return (
    <>
      <Choice name="by_air" label={t.byAir} options={options} />
      <Choice name="real_name" label={t.realName} options={options} />
    </>
  )
}

function CompensationFields() {
  const t = useMessages(termWords)
  const paid = (fields: Draft) => [fields.freight_percent, fields.value_percent, fields.cap].some((value) => value !== null && value !== undefined)
  return (
    <>
      <Choice name="trouble" label={t.trouble} options={(['lost', 'damaged', 'delayed'] as const).map((value) => ({ value, label: t[value] }))} />
      <Choice name="insured" label={t.insured} options={[{ value: false, label: t.uninsured }, { value: true, label: t.insured }]} />
      <div className={styles.pair}>
        <Form.Item
          name="freight_percent"
          label={t.freightPercent}
          extra={t.freightHint}
          dependencies={['value_percent', 'cap']}
          rules={[({ getFieldsValue }) => ({ validator: () => (paid(getFieldsValue(true) as Draft) ? Promise.resolve() : Promise.reject(new Error(t.needsPay))) })]}
        >
          <InputNumber min={1} max={10_000} precision={0} suffix="%" style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item name="value_percent" label={t.valuePercent} extra={t.valueHint}>
          <InputNumber min={1} max={10_000} precision={0} suffix="%" style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item name="cap" label={t.cap}>
          <InputNumber min={0.01} precision={2} style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item name="claim_days" label={t.claimDays} rules={[{ required: true, message: t.required }]}>
          <InputNumber min={1} max={3650} precision={0} style={{ width: '100%' }} />
        </Form.Item>
      </div>
      <Choice
        name="counted_from"
        label={t.countedFrom}
        options={(['shipped', 'promised', 'delivered', 'reported'] as const).map((value) => ({ value, label: t[value] }))}
      />
      <Form.Item name="source" label={t.source}>
        <Input maxLength={200} />
      </Form.Item>
    </>
  )
}
