import { PrinterOutlined } from '@ant-design/icons'
import { api, unwrap } from '@/api'
import { defineArea } from '@/app/area'
import { defineMessages } from '@/i18n'

const words = defineMessages({ staff: '打单', merchant: '打单' }, { staff: 'Printing', merchant: 'Printing' })

export default defineArea({
  key: 'printing',
  order: 40,
  group: 'work',
  path: '/printing',
  icon: PrinterOutlined,
  name: words,
  roles: ['operator', 'service', 'merchant'],
  go: 'p',
  routes: [
    { index: true, lazy: () => import('./ToPrintPage') },
    { path: 'to-hand-over', lazy: () => import('./HandOverPage') },
    { path: 'all', lazy: () => import('./ToShipPage') },
    { path: 'own-numbers', lazy: () => import('./OwnNumbersPage') },
    { path: 'pickups', lazy: () => import('./PickupsPage') },
    { path: 'jobs', lazy: () => import('./JobsPage') },
    { path: 'jobs/:id', lazy: () => import('./JobPage') },
  ],
  badge: async (signal) => (await unwrap(api.GET('/api/v1/shipments/counts', { signal }))).to_print,
})
