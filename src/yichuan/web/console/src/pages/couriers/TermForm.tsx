import { useQuery } from '@tanstack/react-query'
import { Form, Modal, Select } from 'antd'
import { useMe } from '@/auth/useMe'
import { common, useLocale, useMessages } from '@/i18n'
import { listKey } from '@/table'
import { merchantsQuery } from '../merchants/names'
import { servedQuery } from './data'
import { TermFields } from './TermFields'
import { type Draft, draftOf, termOf } from './termDraft'
import { saveTerm, type Term, type TermKind, termsName } from './termData'
import { termWords } from './termWords'
import { useSave } from './useSave'

/** Kinds that may hold for every courier at once. */
const GENERAL: ReadonlySet<TermKind> = new Set(['suspensions', 'goods', 'cutoffs', 'compensation'])
/** Kinds that may tell a courier's services apart. */
const BY_SERVICE: ReadonlySet<TermKind> = new Set(['areas', 'suspensions', 'goods', 'cutoffs', 'traits', 'compensation'])

interface TermFormProps {
  kind: TermKind
  editing: Term | undefined
  onClose: () => void
}

/** A rule written or changed: whose, which courier's, and what its kind asks for. */
export function TermForm({ kind, editing, onClose }: TermFormProps) {
  const t = useMessages(termWords)
  const c = useMessages(common)
  const platform = useMe().merchant === null
  const [form] = Form.useForm<Draft>()
  const save = useSave(saveTerm, listKey(termsName(kind)), onClose)
  const submit = (draft: Draft) =>
    save.mutate({ id: editing?.id, merchant_id: editing ? undefined : (draft.merchant_id ?? undefined), term: termOf(kind, draft) })
  return (
    <Modal
      open
      title={editing ? t.editTitle(t.kinds[kind]) : t.addTitle(t.kinds[kind])}
      okText={c.save}
      cancelText={c.cancel}
      confirmLoading={save.isPending}
      onCancel={onClose}
      onOk={() => void form.validateFields().then(submit, () => undefined)}
    >
      <Form form={form} layout="vertical" initialValues={draftOf(kind, editing)}>
        {platform && editing === undefined && kind !== 'traits' && <MerchantField kind={kind} />}
        <CourierFields kind={kind} />
        <TermFields kind={kind} editing={editing} />
      </Form>
    </Modal>
  )
}

function MerchantField({ kind }: { kind: TermKind }) {
  const t = useMessages(termWords)
  const merchants = useQuery(merchantsQuery)
  return (
    <Form.Item name="merchant_id" label={t.merchant} extra={kind === 'real_names' ? undefined : t.merchantHint}>
      <Select
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        loading={merchants.isPending}
        options={merchants.data?.map(({ id, name }) => ({ value: id, label: name }))}
      />
    </Form.Item>
  )
}

function CourierFields({ kind }: { kind: TermKind }) {
  const t = useMessages(termWords)
  const zh = useLocale() === 'zh-CN'
  const couriers = useQuery(servedQuery)
  const chosen = Form.useWatch<string | undefined>('courier')
  const general = GENERAL.has(kind)
  const nameOf = (one: { name_zh: string; name_en: string | null }) => (zh ? one.name_zh : (one.name_en ?? one.name_zh))
  const services = couriers.data?.items.find(({ code }) => code === chosen)?.services ?? []
  return (
    <>
      <Form.Item name="courier" label={t.courier} rules={general ? [] : [{ required: true, message: t.required }]}>
        <Select
          allowClear={general}
          placeholder={general ? t.anyCourier : undefined}
          showSearch={{ optionFilterProp: 'label' }}
          loading={couriers.isPending}
          options={couriers.data?.items.map((one) => ({ value: one.code, label: `${nameOf(one)} ${one.code}` }))}
        />
      </Form.Item>
      {BY_SERVICE.has(kind) && services.length > 0 && (
        <Form.Item name="service" label={t.service}>
          <Select allowClear placeholder={t.anyService} options={services.map((one) => ({ value: one.code, label: nameOf(one) }))} />
        </Form.Item>
      )}
    </>
  )
}
