import { queryOptions, useQuery } from '@tanstack/react-query'
import { Button, Form } from 'antd'
import { api, type Schema, unwrap } from '@/api'
import { common, defineMessages, useMessages } from '@/i18n'
import { AllowedFields } from '@/inputs'
import { DetailSkeleton, ErrorState, Panel } from '@/ui'
import { useSave } from './useSave'

type Allowed = Schema<'CourierAddressSettings'>

const words = defineMessages(
  {
    title: '允许的接口地址',
    how: '商家的接口只能连快递公司的公网服务器，平台的接口只能连公网。自建的接口、代理或内网服务器在这里放行，几秒内生效。',
  },
  {
    title: 'Addresses allowed for connections',
    how: "Merchants' connections reach couriers' own public servers, the platform's public ones. Allow your own gateways, proxies or inside servers here; in force within seconds.",
  },
)

const allowedQuery = queryOptions({
  queryKey: ['settings', 'courier-addresses'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/settings/courier-addresses', { signal })),
})
const setAllowed = (body: Allowed) => unwrap(api.PUT('/api/v1/settings/courier-addresses', { body }))

/** Where courier connections may lead besides the couriers' public servers; operators only. */
export function CourierAddresses() {
  const t = useMessages(words)
  const c = useMessages(common)
  const allowed = useQuery(allowedQuery)
  const save = useSave(setAllowed, allowedQuery.queryKey, () => undefined)
  return (
    <Panel title={t.title}>
      {allowed.data !== undefined ? (
        <Form<Allowed>
          layout="vertical"
          style={{ maxWidth: 560 }}
          initialValues={allowed.data}
          onFinish={(wish) => save.mutate(wish)}
        >
          <p style={{ marginBottom: 12 }}>{t.how}</p>
          <AllowedFields />
          <Button htmlType="submit" loading={save.isPending}>
            {c.save}
          </Button>
        </Form>
      ) : allowed.isError ? (
        <ErrorState compact error={allowed.error} onRetry={() => void allowed.refetch()} />
      ) : (
        <DetailSkeleton />
      )}
    </Panel>
  )
}
