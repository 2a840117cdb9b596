import { CustomerServiceOutlined } from '@ant-design/icons'
import { meQuery } from '@/api/session'
import { queryClient } from '@/api/queryClient'
import { defineArea } from '@/app/area'
import { api, unwrap } from '@/api/client'
import { sideOf, waitingFor } from './queue'

export default defineArea({
  key: 'tickets',
  order: 60,
  group: 'work',
  path: '/tickets',
  icon: CustomerServiceOutlined,
  name: {
    'zh-CN': { staff: '工单', merchant: '工单' },
    'en-US': { staff: 'Tickets', merchant: 'Tickets' },
  },
  roles: ['operator', 'service', 'merchant'],
  go: 't',
  routes: [
    { index: true, lazy: () => import('./TicketsPage') },
    { path: ':id', lazy: () => import('./TicketPage') },
  ],
  badge: (signal) => waitingFor(sideOf(queryClient.getQueryData(meQuery.queryKey)?.role ?? ''), signal),
  search: async (text, signal) => {
    const q = text.replaceAll(/\s/g, '')
    if (!/^T\d{6}-\w{7}$/i.test(q)) return []
    const { items } = await unwrap(api.GET('/api/v1/tickets', { params: { query: { q, limit: 5 } }, signal }))
    return items.map((ticket) => ({
      key: `ticket ${ticket.id}`,
      title: ticket.ticket_no,
      note: ticket.subject,
      to: `/tickets?id=${ticket.id}`,
    }))
  },
})
