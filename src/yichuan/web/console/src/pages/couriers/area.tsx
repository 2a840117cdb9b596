import { TruckOutlined } from '@ant-design/icons'
import { defineArea } from '@/app/area'

export default defineArea({
  key: 'couriers',
  order: 80,
  group: 'steering',
  path: '/couriers',
  icon: TruckOutlined,
  name: {
    'zh-CN': { staff: '快递', merchant: '快递账号' },
    'en-US': { staff: 'Couriers', merchant: 'Courier accounts' },
  },
  roles: ['operator', 'service', 'merchant'],
  go: 'k',
  routes: [
    { index: true, lazy: () => import('./AccountsPage') },
    { path: 'catalogue', lazy: () => import('./CataloguePage') },
    { path: 'catalogue/:code', lazy: () => import('./CourierPage') },
    { path: 'terms', lazy: () => import('./TermsPage') },
    { path: 'terms/:kind', lazy: () => import('./TermsPage') },
    { path: 'ranking', lazy: () => import('./RankingPage') },
    { path: 'admission', lazy: () => import('./AdmissionPage') },
    { path: 'applications', lazy: () => import('./ApplicationsPage') },
    { path: 'applications/:id', lazy: () => import('./ApplicationPage') },
    { path: 'unknown', lazy: () => import('./UnknownPage') },
  ],
})
