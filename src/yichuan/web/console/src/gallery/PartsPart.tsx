import { AlertOutlined, CheckCircleOutlined, PrinterOutlined, SendOutlined } from '@ant-design/icons'
import { Button, Space } from 'antd'
import { ApiError } from '@/api/problem'
import { MILESTONES, PROBLEM_KINDS } from '@/domain'
import {
  Bar,
  CopyableNumber,
  CourierTag,
  Deadline,
  Delta,
  DetailSkeleton,
  EmptyState,
  ErrorState,
  Kpi,
  KpiGrid,
  ListSkeleton,
  Masked,
  Money,
  PageHeader,
  PageStack,
  Panel,
  ProblemChip,
  StateChip,
  TimeAgo,
  Timeline,
  Weight,
} from '@/ui'
import { TRACE } from './samples'

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString()
const REFUSED = new ApiError('answered', 409, { code: 'account_empty', title: 'No numbers left', title_zh: '网点账户没有单号了' }, false)
const LOST = new ApiError('unreachable', 0, {}, false)

/** Everything small, side by side. */
export default function PartsPart() {
  return (
    <PageStack>
      <PageHeader title="Parts" />
      <KpiGrid>
        <Kpi label="待打印" value={1234} to="?a" icon={PrinterOutlined} note="其中 12 单今天 18:00 前必须发" />
        <Kpi label="在途" value={48210} to="?b" icon={SendOutlined} tone="moving" note={<Delta percent={4.2} against="较昨日" />} />
        <Kpi label="今日签收率" value="93.4%" to="?c" icon={CheckCircleOutlined} tone="done" note={<Delta percent={-1.3} against="较昨日" />} />
        <Kpi label="两小时内超时" value={37} to="?d" icon={AlertOutlined} tone="risk" />
        <Kpi label="立即处理" value={5} to="?e" icon={AlertOutlined} tone="broken" note="3 单丢失，2 单虚假发货" />
        <Kpi label="正在加载" value={undefined} to="?f" />
      </KpiGrid>
      <Panel title="StateChip">
        <Space wrap>
          {MILESTONES.map((milestone) => (
            <StateChip key={milestone} milestone={milestone} />
          ))}
          <StateChip milestone="delivered" detail="signed_by_third_party" withDetail />
          <StateChip milestone="in_transit" size="large" />
        </Space>
      </Panel>
      <Panel title="ProblemChip">
        <Space wrap>
          {PROBLEM_KINDS.map((kind, index) => (
            <ProblemChip key={kind} kind={kind} severity={1 + (index % 3)} party={index % 2 ? 'courier' : 'merchant'} />
          ))}
        </Space>
      </Panel>
      <Panel title="Values">
        <Space wrap size="large">
          <Money value={{ amount_minor: 123450, currency: 'CNY' }} />
          <Money value={{ amount_minor: -30, currency: 'CNY' }} signed />
          <Weight grams={1250} />
          <TimeAgo at={inMinutes(-185)} />
          <TimeAgo at={inMinutes(-185)} exact />
          <Deadline at={inMinutes(400)} />
          <Deadline at={inMinutes(48)} />
          <Deadline at={inMinutes(-35)} />
          <Masked value="138****1234" onReveal={() => Promise.resolve('13812341234')} />
          <CopyableNumber value="SF7301000012345" />
          <CourierTag code="SF" service="标快" />
        </Space>
      </Panel>
      <Panel title="Timeline">
        <Timeline events={TRACE} />
      </Panel>
      <Panel title="EmptyState, ErrorState">
        <EmptyState title="还没有运单" how="商城推送订单、导入表格或手工建单后，包裹会出现在这里。" actions={<Button type="primary">导入表格</Button>} />
        <ErrorState error={REFUSED} onRetry={() => undefined} />
        <ErrorState error={LOST} onRetry={() => undefined} />
      </Panel>
      <Panel title="Skeletons" flush>
        <ListSkeleton rows={3} />
        <DetailSkeleton lines={3} />
        <Bar width={120} />
      </Panel>
    </PageStack>
  )
}
