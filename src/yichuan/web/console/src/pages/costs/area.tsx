import { AccountBookOutlined } from '@ant-design/icons'
import { defineArea } from '@/app/area'

export default defineArea({
  key: 'costs',
  order: 100,
  group: 'steering',
  path: '/costs',
  icon: AccountBookOutlined,
  name: {
    'zh-CN': { staff: '费用', merchant: '报价' },
    'en-US': { staff: 'Costs', merchant: 'Prices' },
  },
  roles: ['operator', 'merchant'],
  routes: [
    { index: true, lazy: () => import('./CostsPage') },
    { path: 'bills', lazy: () => import('./BillsPage') },
    { path: 'bills/:id', lazy: () => import('./BillPage') },
  ],
})
