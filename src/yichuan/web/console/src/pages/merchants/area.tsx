import { ShopOutlined } from '@ant-design/icons'
import { defineArea } from '@/app/area'

export default defineArea({
  key: 'merchants',
  order: 70,
  group: 'steering',
  path: '/merchants',
  icon: ShopOutlined,
  name: {
    'zh-CN': { staff: '商家', merchant: '评分' },
    'en-US': { staff: 'Merchants', merchant: 'Score' },
  },
  roles: ['operator', 'service', 'merchant'],
  go: 'm',
  routes: [
    { index: true, lazy: () => import('./MerchantsPage') },
    { path: ':id', lazy: () => import('./MerchantPage') },
  ],
})
