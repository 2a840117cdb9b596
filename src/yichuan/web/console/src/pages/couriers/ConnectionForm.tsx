import { useQuery } from '@tanstack/react-query'
import { Alert, Form, Input, InputNumber, Modal, Select, Tag } from 'antd'
import { common, useLocale, useMessages } from '@/i18n'
import { changeConnection, type Connection, type Connector, addConnection, connectionsQuery, connectorsQuery } from './data'
import { connectionWords } from './connectionWords'
import { useSave } from './useSave'

interface Fields {
  connector: string
  name: string
  endpoint: string
  rate_per_second: number | null
  polls_per_day: number | null
  credentials: Record<string, string | undefined>
}

/** A credential at an API: the fields are those its connector says it needs. */
export function ConnectionForm({ editing, onClose }: { editing?: Connection | undefined; onClose: () => void }) {
  const t = useMessages(connectionWords)
  const c = useMessages(common)
  const locale = useLocale()
  const [form] = Form.useForm<Fields>()
  const connectors = useQuery(connectorsQuery)
  const chosen = Form.useWatch('connector', form)
  const connector = connectors.data?.items.find((one) => one.name === chosen)
  const write = (fields: Fields) => (editing ? changeConnection(editing.id, changeOf(fields)) : addConnection(wishOf(fields)))
  const save = useSave(write, connectionsQuery.queryKey, onClose)
  const required = [{ required: true, message: t.required }]
  const nameOf = (one: { zh: string; en: string }) => (locale === 'zh-CN' ? one.zh : one.en)
  const choose = (name: string) => {
    const found = connectors.data?.items.find((one) => one.name === name)
    if (found) form.setFieldsValue({ name: nameOf(found), endpoint: found.endpoint, credentials: {} })
  }
  return (
    <Modal
      open
      title={editing ? t.edit : t.add}
      okText={c.save}
      cancelText={c.cancel}
      confirmLoading={save.isPending}
      onCancel={onClose}
      onOk={() => void form.validateFields().then((fields) => save.mutate(fields), () => undefined)}
    >
      <Form form={form} layout="vertical" initialValues={editing ? fieldsOf(editing) : { credentials: {} }}>
        <Form.Item name="connector" label={t.connector} rules={required}>
          <Select
            disabled={editing !== undefined}
            placeholder={t.connectorHint}
            loading={connectors.isPending}
            showSearch={{ optionFilterProp: 'label' }}
            onChange={choose}
            options={connectors.data?.items.map((one) => ({ value: one.name, label: nameOf(one) }))}
          />
        </Form.Item>
        {connector && (
          <>
            <About connector={connector} />
            <Form.Item name="name" label={t.name} rules={required}>
              <Input maxLength={60} />
            </Form.Item>
            <Form.Item
              name="endpoint"
              label={t.endpoint}
              rules={[...required, { type: 'url' }]}
              extra={connector.sandbox && <Endpoints connector={connector} onPick={(endpoint) => form.setFieldsValue({ endpoint })} />}
            >
              <Input />
            </Form.Item>
            {connector.credentials.map((field) => {
              const kept = editing !== undefined && field.secret && (field.name === 'secret' || editing.secrets.includes(field.name))
              const props = { maxLength: 4000, placeholder: kept ? t.secretKept : undefined }
              return (
                <Form.Item
                  key={field.name}
                  name={['credentials', field.name]}
                  label={nameOf(field)}
                  rules={field.required && !kept ? required : []}
                >
                  {field.secret ? <Input.Password {...props} autoComplete="new-password" /> : <Input {...props} autoComplete="off" />}
                </Form.Item>
              )
            })}
            <Form.Item name="rate_per_second" label={t.rate} extra={t.rateHow}>
              <InputNumber min={1} max={10_000} precision={0} placeholder={connector.per_second?.toString()} style={{ width: '100%' }} />
            </Form.Item>
            {'track' in connector.can && (
              <Form.Item name="polls_per_day" label={t.polls} extra={t.pollsHow}>
                <InputNumber min={0} max={100_000_000} precision={0} style={{ width: '100%' }} />
              </Form.Item>
            )}
          </>
        )}
      </Form>
    </Modal>
  )
}

function About({ connector }: { connector: Connector }) {
  const t = useMessages(connectionWords)
  const locale = useLocale()
  const notes = locale === 'zh-CN' ? connector.notes_zh : connector.notes_en
  const words: Record<string, string> = { ...t, rate: t.rateCan } as never
  return (
    <Form.Item label={t.can}>
      {Object.entries(connector.can).map(([what, proof]) => (
        <Tag key={what} color={proof === 'documents' ? 'green' : 'default'} title={proof === 'documents' ? t.verified : t.simulated}>
          {words[what] ?? what}
        </Tag>
      ))}
      {notes && <Alert type="info" title={notes} style={{ marginTop: 8 }} />}
    </Form.Item>
  )
}

function Endpoints({ connector, onPick }: { connector: Connector; onPick: (endpoint: string) => void }) {
  const t = useMessages(connectionWords)
  return (
    <>
      <a onClick={() => onPick(connector.endpoint)}>{t.production}</a>
      {' · '}
      <a onClick={() => onPick(connector.sandbox ?? '')}>{t.sandbox}</a>
    </>
  )
}

function fieldsOf(row: Connection): Fields {
  const { connector, name, endpoint, rate_per_second, polls_per_day } = row
  return { connector, name, endpoint, rate_per_second, polls_per_day, credentials: { ...row.extra, public_id: row.public_id } }
}

function filled(credentials: Fields['credentials']): Record<string, string> {
  const pairs = Object.entries(credentials).filter((pair): pair is [string, string] => Boolean(pair[1]))
  return Object.fromEntries(pairs)
}

function wishOf({ credentials, ...rest }: Fields) {
  const { public_id = '', secret = '', ...extra } = filled(credentials)
  return { ...rest, public_id, secret, extra }
}

/** Secrets left empty stay as they are. */
function changeOf({ credentials, name, endpoint, rate_per_second, polls_per_day }: Fields) {
  const { public_id, secret, ...extra } = filled(credentials)
  return {
    name,
    endpoint,
    rate_per_second: rate_per_second ?? null,
    polls_per_day: polls_per_day ?? null,
    extra,
    ...(public_id && { public_id }),
    ...(secret && { secret }),
  }
}
