import { PhoneOutlined } from '@ant-design/icons'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { Button, Form, Input } from 'antd'
import { api, type Schema, unwrap } from '@/api/client'
import { contactRule, SERVICE_PAGE, SERVICE_PHONE } from '@/domain'
import { common, useMessages } from '@/i18n'
import { DetailSkeleton, ErrorState, Panel } from '@/ui'
import styles from './buyers.module.css'
import { SettingsPage } from './SettingsPage'
import { useAct } from './useAct'
import { words } from './words'

type Contact = Schema<'ServiceContact'>
type Wish = Record<keyof Contact, string>

const contactQuery = queryOptions({
  queryKey: ['buyer-service'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/settings/buyer-service', { signal })),
})
const put = (body: Contact) => unwrap(api.PUT('/api/v1/settings/buyer-service', { body }))
const typed = ({ phone, url }: Contact): Wish => ({ phone: phone ?? '', url: url ?? '' })

/** How buyers reach the mall itself, with what they see of it (operators only). */
export function Component() {
  const t = useMessages(words)
  const contact = useQuery(contactQuery)
  return (
    <SettingsPage>
      {contact.data ? (
        <Editor key={JSON.stringify(contact.data)} contact={contact.data} />
      ) : contact.isError ? (
        <ErrorState error={contact.error} onRetry={() => void contact.refetch()} />
      ) : (
        <Panel title={t.buyers}>
          <DetailSkeleton />
        </Panel>
      )}
    </SettingsPage>
  )
}

function Editor({ contact }: { contact: Contact }) {
  const t = useMessages(words)
  const c = useMessages(common)
  const [form] = Form.useForm<Wish>()
  const stored = typed(contact)
  const now = { ...stored, ...Form.useWatch([], form) }
  const phone = now.phone.trim()
  const url = now.url.trim()
  const save = useAct(put, contactQuery.queryKey, t.buyersSaved)
  const changed = phone !== stored.phone || url !== stored.url
  return (
    <div className={styles.pair}>
      <Panel title={t.buyers}>
        <p className={styles.how}>{t.buyersHow}</p>
        <Form<Wish>
          form={form}
          layout="vertical"
          initialValues={stored}
          onFinish={() => save.mutate({ phone: phone || null, url: url || null })}
        >
          <Form.Item
            name="phone"
            label={t.buyersPhone}
            extra={t.buyersPhoneHow}
            rules={[contactRule(SERVICE_PHONE, t.buyersPhoneWrong)]}
          >
            <Input allowClear maxLength={29} inputMode="tel" placeholder="400-000-0000" />
          </Form.Item>
          <Form.Item
            name="url"
            label={t.buyersPage}
            extra={t.buyersPageHow}
            rules={[contactRule(SERVICE_PAGE, t.buyersPageWrong)]}
          >
            <Input allowClear maxLength={500} inputMode="url" placeholder="https://" />
          </Form.Item>
          <Button type="primary" htmlType="submit" disabled={!changed} loading={save.isPending}>
            {c.save}
          </Button>
        </Form>
      </Panel>
      <Panel title={t.preview}>
        <Preview phone={SERVICE_PHONE.test(phone) ? phone : ''} url={SERVICE_PAGE.test(url) ? url : ''} />
      </Panel>
    </div>
  )
}

/** The rows of the buyer's page, as it draws them. */
function Preview({ phone, url }: { phone: string; url: string }) {
  const t = useMessages(words)
  const shown = phone !== '' || url !== ''
  return (
    <>
      <dl className={styles.card}>
        <div>
          <dt>{t.askShop}</dt>
          <dd className={styles.others}>{t.askShopSample}</dd>
        </div>
        {shown && (
          <div>
            <dt>{t.askMall}</dt>
            <dd>
              {phone !== '' && (
                <span className={styles.call}>
                  <PhoneOutlined aria-hidden /> {phone}
                </span>
              )}
              {url !== '' && (
                <a className={styles.call} href={url} target="_blank" rel="noreferrer noopener">
                  {t.chat}
                </a>
              )}
            </dd>
          </div>
        )}
        <div>
          <dt>{t.askCourier}</dt>
          <dd className={styles.others}>{t.askCourierSample}</dd>
        </div>
      </dl>
      <p className={styles.how}>{shown ? t.previewHow : t.previewNone}</p>
    </>
  )
}
