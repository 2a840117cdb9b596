import { FunnelChart, type FunnelStep, TrendChart } from '@/charts'
import { PROVINCES, RouteMap, TileGridMap } from '@/maps'
import { PageHeader, PageStack, Panel } from '@/ui'
import { DAYS, PROBLEMS, SHIPPED, SIGNED } from './samples'

const VALUES = new Map(
  PROVINCES.filter(({ code }) => code !== '82').map(({ code }, index) => [
    code,
    { value: Math.round(40 + ((index * 7919) % 900) ** 1.6), to: `?province=${code}` },
  ]),
)

const STEPS: FunnelStep[] = [
  { name: '已付款', value: 12840, to: '?paid' },
  { name: '已发货', value: 11920, to: '?shipped' },
  { name: '已揽收', value: 11200, to: '?picked' },
  { name: '在途', value: 9870, to: '?transit' },
  { name: '派送中', value: 6210, to: '?delivering' },
  { name: '已签收', value: 5480, to: '?signed', tone: 'done' },
]

/** Charts and maps. */
export default function ChartsPart() {
  return (
    <PageStack>
      <PageHeader title="Charts and maps" />
      <Panel title="TrendChart">
        <TrendChart
          summary="近 30 天发货、签收与异常"
          axis="日期"
          labels={DAYS}
          series={[
            { name: '发货', tone: 'moving', values: SHIPPED, to: (i) => `?day=${DAYS[i]}` },
            { name: '签收', tone: 'done', values: SIGNED, to: (i) => `?day=${DAYS[i]}` },
            { name: '异常', tone: 'broken', values: PROBLEMS, kind: 'bar', to: (i) => `?day=${DAYS[i]}` },
          ]}
        />
      </Panel>
      <Panel title="FunnelChart">
        <FunnelChart summary="今日包裹漏斗" steps={STEPS} />
      </Panel>
      <Panel title="RouteMap">
        <RouteMap
          stops={[{ city: '广州' }, { city: '长沙' }, { city: '武汉市' }]}
          destination={{ adcode: '330106' }}
        />
      </Panel>
      <Panel title="RouteMap, delivered far away">
        <RouteMap stops={[{ city: '杭州' }, { city: '西安' }, { city: '兰州' }, { city: '乌鲁木齐' }, { city: '某地' }]} tone="done" />
      </Panel>
      <Panel title="TileGridMap">
        <TileGridMap values={VALUES} label="各省在途包裹" />
      </Panel>
    </PageStack>
  )
}
