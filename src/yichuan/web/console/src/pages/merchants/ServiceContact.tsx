import { EditOutlined } from '@ant-design/icons'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, Input, Modal } from 'antd'
import { useState } from 'react'
import { api, type Schema, unwrap } from '@/api/client'
import { useMe } from '@/auth/useMe'
import { contactRule, SERVICE_PAGE, SERVICE_PHONE } from '@/domain'
import { common, useLocale, useMessages } from '@/i18n'
import { Dash, errorTitle, Facts, Panel } from '@/ui'
import { type Merchant, merchantQuery } from './data'
import { words } from './words'

type Wish = Schema<'ServiceContact'>

/** How buyers reach the merchant: shown on their tracking pages. */
export function ServiceContact({ merchant }: { merchant: Merchant }) {
  const t = useMessages(words)
  const role = useMe().role
  const [editing, setEditing] = useState(false)
  const { phone, url } = merchant.service
  const edit = role !== 'service' && (
    <Button size="small" icon={<EditOutlined />} onClick={() => setEditing(true)}>
      {t.edit}
    </Button>
  )
  return (
    <Panel title={t.buyerContact} extra={edit}>
      <Facts
        items={[
          { label: t.servicePhone, value: phone ?? <Dash /> },
          { label: t.servicePage, value: url ? <a href={url} target="_blank" rel="noreferrer noopener">{url}</a> : <Dash /> },
        ]}
      />
      <p style={{ marginTop: 8, color: 'var(--y-text-tertiary)' }}>{t.buyerContactHow}</p>
      {editing && <Editor merchant={merchant} onDone={() => setEditing(false)} />}
    </Panel>
  )
}

function Editor({ merchant, onDone }: { merchant: Merchant; onDone: () => void }) {
  const t = useMessages(words)
  const c = useMessages(common)
  const locale = useLocale()
  const { message } = App.useApp()
  const client = useQueryClient()
  const [form] = Form.useForm<Wish>()
  const save = useMutation({
    mutationFn: ({ phone, url }: Wish) =>
      unwrap(
        api.PUT('/api/v1/merchants/{merchant_id}/service-contact', {
          params: { path: { merchant_id: merchant.id } },
          body: { phone: phone?.trim() || null, url: url?.trim() || null },
        }),
      ),
    onSuccess: () => {
      message.success(t.changed)
      void client.invalidateQueries({ queryKey: merchantQuery(merchant.id).queryKey })
      onDone()
    },
    onError: (error) => message.error(errorTitle(error, locale)),
  })
  return (
    <Modal
      open
      title={t.buyerContact}
      onCancel={onDone}
      onOk={form.submit}
      okText={c.save}
      cancelText={c.cancel}
      okButtonProps={{ loading: save.isPending }}
    >
      <Form<Wish>
        form={form}
        layout="vertical"
        initialValues={{ phone: merchant.service.phone ?? '', url: merchant.service.url ?? '' }}
        onFinish={(wish) => save.mutate(wish)}
      >
        <Form.Item name="phone" label={t.servicePhone} rules={[contactRule(SERVICE_PHONE, t.phoneWrong)]}>
          <Input maxLength={29} inputMode="tel" placeholder="400-000-0000" />
        </Form.Item>
        <Form.Item name="url" label={t.servicePage} rules={[contactRule(SERVICE_PAGE, t.pageWrong)]}>
          <Input maxLength={500} inputMode="url" placeholder="https://" />
        </Form.Item>
      </Form>
    </Modal>
  )
}
