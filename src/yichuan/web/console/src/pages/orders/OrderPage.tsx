import { useParams } from 'react-router'
import { useQuery } from '@tanstack/react-query'
import { useMessages } from '@/i18n'
import { PageHeader, Panel } from '@/ui'
import { orderQuery } from './data'
import { OrderBody } from './OrderBody'
import { OrderState } from './OrderState'
import { orderWords } from './words'

/** One sub-order on a page of its own. */
export function Component() {
  const t = useMessages(orderWords)
  const { id = '' } = useParams()
  const order = useQuery(orderQuery(id)).data
  return (
    <>
      <PageHeader
        title={order?.sub_order_no ?? t.title}
        aside={order && <OrderState state={order.state} />}
        back={{ to: '/orders', label: t.title }}
      />
      <Panel>
        <OrderBody key={id} id={id} />
      </Panel>
    </>
  )
}
