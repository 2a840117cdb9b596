import { WarningOutlined } from '@ant-design/icons'
import { defineArea } from '@/app/area'
import { api, unwrap } from '@/api/client'

export default defineArea({
  key: 'exceptions',
  order: 50,
  group: 'work',
  path: '/exceptions',
  icon: WarningOutlined,
  name: {
    'zh-CN': { staff: '异常', merchant: '异常' },
    'en-US': { staff: 'Exceptions', merchant: 'Exceptions' },
  },
  roles: ['operator', 'service', 'merchant'],
  go: 'x',
  routes: [
    { index: true, lazy: () => import('./ExceptionsPage') },
    { path: 'upcoming', lazy: () => import('./UpcomingPage') },
    { path: 'rules', lazy: () => import('./RulesPage') },
  ],
  badge: async (signal) => {
    const { open } = await unwrap(api.GET('/api/v1/exceptions/summary', { signal }))
    return open.reduce((sum, { count }) => sum + count, 0)
  },
})
