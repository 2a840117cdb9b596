import { DashboardOutlined } from '@ant-design/icons'
import { defineArea } from '@/app/area'
import { askLive } from './liveData'

export default defineArea({
  key: 'overview',
  order: 10,
  group: 'work',
  path: '/overview',
  icon: DashboardOutlined,
  name: {
    'zh-CN': { staff: '概览', merchant: '今日' },
    'en-US': { staff: 'Overview', merchant: 'Today' },
  },
  roles: ['operator', 'service', 'merchant'],
  go: 'h',
  routes: [
    { index: true, lazy: () => import('./OverviewPage') },
    { path: 'live', loader: ({ request }) => askLive(request.url), lazy: () => import('./LivePage') },
    { path: 'daily', lazy: () => import('./DailyPage') },
  ],
})
