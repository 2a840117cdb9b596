import { ProfileOutlined } from '@ant-design/icons'
import { api, unwrap } from '@/api'
import { defineArea } from '@/app/area'
import { defineMessages } from '@/i18n'

const words = defineMessages({ staff: '订单', merchant: '订单' }, { staff: 'Orders', merchant: 'Orders' })

export default defineArea({
  key: 'orders',
  order: 20,
  group: 'work',
  path: '/orders',
  icon: ProfileOutlined,
  name: words,
  roles: ['operator', 'service', 'merchant'],
  go: 'o',
  routes: [
    { index: true, lazy: () => import('./OrdersPage') },
    { path: 'new', lazy: () => import('./NewOrderPage') },
    { path: ':id', lazy: () => import('./OrderPage') },
  ],
  search: async (text, signal) => {
    const page = await unwrap(api.GET('/api/v1/orders', { params: { query: { q: text, limit: 5 } }, signal }))
    return page.items.map((row) => ({
      key: `order-${row.id}`,
      title: row.sub_order_no,
      note: row.shop_name ?? undefined,
      to: `/orders/${row.id}`,
    }))
  },
})
