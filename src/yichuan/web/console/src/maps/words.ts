import { defineMessages } from '@/i18n'

export const routeWords = defineMessages(
  {
    summary: (way: string) => `包裹路线：${way}`,
    nowhere: '轨迹里还没有能定位的城市。',
    missing: (n: number) => `${n} 处地点无法定位，未画出。`,
  },
  {
    summary: (way) => `Route of the parcel: ${way}`,
    nowhere: 'No place on its way could be located yet.',
    missing: (n) => `${n === 1 ? '1 place' : `${n} places`} could not be located: not drawn.`,
  },
)

export const flowWords = defineMessages(
  {
    label: '包裹流向：点是目的城市，线是从发货城市到目的城市，越粗越多',
    missing: (n: number) => `${n} 个城市无法定位，未画出。`,
  },
  {
    label: 'Flows of parcels: a point is a destination, a line runs from origin to destination, the wider the more',
    missing: (n) => `${n === 1 ? '1 city' : `${n} cities`} could not be located: not drawn.`,
  },
)

export const tileWords = defineMessages(
  { low: '低', high: '高', none: '无数据' },
  { low: 'Low', high: 'High', none: 'No data' },
)
