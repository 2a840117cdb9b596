import { InboxOutlined } from '@ant-design/icons'
import { api, unwrap } from '@/api'
import { defineArea } from '@/app/area'
import { defineMessages } from '@/i18n'
import { StateChip } from '@/ui/StateChip'

const words = defineMessages({ staff: '运单', merchant: '运单' }, { staff: 'Shipments', merchant: 'Shipments' })
const HITS = 6

export default defineArea({
  key: 'shipments',
  order: 30,
  group: 'work',
  path: '/shipments',
  icon: InboxOutlined,
  name: words,
  roles: ['operator', 'service', 'merchant'],
  go: 's',
  routes: [
    { index: true, lazy: () => import('./ListPage') },
    { path: ':id', lazy: () => import('./DetailPage') },
  ],
  search: async (text, signal) => {
    const query = { q: text, limit: HITS }
    const { items } = await unwrap(api.GET('/api/v1/shipments', { params: { query }, signal }))
    return items.map((row) => ({
      key: row.id,
      title: row.waybill_number ?? row.shipment_no,
      note: [row.courier, row.order_no ?? row.shipment_no, row.dest_city, row.goods].filter(Boolean).join(' · '),
      chip: <StateChip milestone={row.milestone} />,
      to: `/shipments/${row.id}`,
    }))
  },
})
