import { SettingOutlined } from '@ant-design/icons'
import { defineArea } from '@/app/area'

export default defineArea({
  key: 'settings',
  order: 120,
  group: 'settings',
  path: '/settings',
  icon: SettingOutlined,
  name: {
    'zh-CN': { staff: '设置', merchant: '设置' },
    'en-US': { staff: 'Settings', merchant: 'Settings' },
  },
  roles: ['operator', 'merchant'],
  routes: [
    { index: true, lazy: () => import('./KeysPage') },
    { path: 'webhooks', lazy: () => import('./WebhooksPage') },
    { path: 'users', lazy: () => import('./UsersPage') },
    { path: 'buyers', lazy: () => import('./BuyersPage') },
    { path: 'audit', lazy: () => import('./AuditPage') },
  ],
})
