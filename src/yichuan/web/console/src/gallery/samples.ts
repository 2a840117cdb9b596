import type { TimelineEvent } from '@/ui'

const at = (hoursAgo: number) => new Date(Date.now() - hoursAgo * 3_600_000).toISOString()

export const TRACE: readonly TimelineEvent[] = [
  {
    key: '8',
    at: at(1),
    milestone: 'out_for_delivery',
    text: '【杭州西湖文三路网点】快件正在派送，快递员李师傅，电话 138****0000，请保持电话畅通',
    city: '杭州',
    source: '快递推送',
    receivedAt: at(0.99),
    raw: '{"AcceptTime":"2026-03-01 08:12:40","AcceptStation":"【杭州西湖文三路网点】快件正在派送…","Action":"202"}',
  },
  { key: '7', at: at(3), milestone: 'arriving', text: '快件到达【杭州西湖文三路网点】', city: '杭州', source: '快递推送', receivedAt: at(2.9) },
  { key: '6', at: at(9), text: '快件离开【杭州转运中心】，发往【杭州西湖文三路网点】', city: '杭州', source: '快递推送' },
  { key: '5', at: at(13), problem: 'stalled', text: '超过 24 小时没有新的扫描，已催件', city: '长沙', source: '系统' },
  { key: '4', at: at(38), text: '快件到达【长沙转运中心】', city: '长沙', source: '快递推送' },
  { key: '3', at: at(46), milestone: 'in_transit', text: '快件离开【广州转运中心】，发往【长沙转运中心】', city: '广州', source: '快递推送' },
  { key: '2', at: at(51), milestone: 'picked_up', text: '【广州白云石井网点】已揽收，揽收员陈师傅', city: '广州', source: '快递推送' },
  { key: '1', at: at(56), milestone: 'created', text: '面单已打印，等待揽收', city: '广州', source: '商家' },
]

export const DAYS = Array.from({ length: 30 }, (_, i) => `2-${String(i + 1).padStart(2, '0')}`)
export const SHIPPED = DAYS.map((_, i) => 820 + ((i * 137) % 300) + (i % 7 === 5 ? -240 : 0))
export const SIGNED = DAYS.map((_, i) => 760 + ((i * 91) % 260))
export const PROBLEMS = DAYS.map((_, i) => 20 + ((i * 17) % 60))
