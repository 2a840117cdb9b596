import {
  CarOutlined,
  EditOutlined,
  EyeOutlined,
  FileTextOutlined,
  MergeCellsOutlined,
  NumberOutlined,
  PrinterOutlined,
  SendOutlined,
  SplitCellsOutlined,
  StopOutlined,
} from '@ant-design/icons'
import { App, Button } from 'antd'
import { type ReactNode, useMemo, useState } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { useMe } from '@/auth/useMe'
import { common, useLocale, useMessages } from '@/i18n'
import { useHotkeys } from '@/keys'
import { useEvent } from '@/lib/useEvent'
import { type BulkAction, DataTable, type Detail, type RowAction } from '@/table'
import { errorTitle, PageHeader } from '@/ui'
import { cancelWaybillOf, handOver, mergeBoxes, numberOf, takeNumbers } from './acts'
import { BoxBody, BoxTitle } from './BoxBody'
import { useQueueColumns } from './columns'
import { BATCH, type Box, changesQueues, LIST_NAMES, loadQueue, loadWhole, type Queue } from './data'
import { useQueueFilters } from './filters'
import { PrintingNav } from './PrintingNav'
import { pickupWords } from './pickupWords'
import { type Dialogs, useDialogs } from './useDialogs'
import { printingWords } from './words'

const rowId = (row: Box) => row.id
const detail: Detail<Box> = { title: BoxTitle, body: BoxBody, path: (id) => `/shipments/${id}` }
const GIVEN_UP = () => new DOMException('given up', 'AbortError')

export interface QueueListProps {
  queue: Queue
  empty: { title: string; how: string; actions?: ReactNode }
  /** Stands between the navigation and the list. */
  children?: ReactNode
}

/** A working list of the clerk's: the most urgent boxes first, and what can be done with them. */
export function QueueList({ queue, empty, children }: QueueListProps) {
  const t = useMessages(printingWords)
  const dialogs = useDialogs()
  const filters = useQueueFilters()
  const bulk = useBulkActions(queue, dialogs)
  const rowActions = useRowActions(dialogs)
  const printAll = usePrintAll(queue, dialogs)
  useHotkeys([
    {
      keys: 'p',
      label: t.keyPrint,
      group: t.keyGroup,
      run: () => {
        const chosen = document.querySelector<HTMLElement>('[data-bulk-action]:enabled')
        if (chosen === null) void printAll.run()
        else chosen.click()
      },
    },
  ])
  return (
    <>
      <PageHeader
        title={t.title}
        actions={
          queue !== 'to_hand_over' && (
            <Button icon={<PrinterOutlined />} loading={printAll.loading} onClick={() => void printAll.run()}>
              {t.printAll}
            </Button>
          )
        }
      />
      <PrintingNav />
      {children}
      <DataTable<Box>
        name={LIST_NAMES[queue]}
        columns={useQueueColumns()}
        rowId={rowId}
        load={(query, signal) => loadQueue(queue, query, signal)}
        defaultSort="ship_by"
        filters={filters}
        searchHint={t.search}
        bulkActions={bulk}
        rowActions={rowActions}
        rowTone={rowTone}
        detail={detail}
        refreshEvery={60_000}
        live={changesQueues}
        empty={empty}
      />
      {dialogs.element}
    </>
  )
}

function rowTone(row: Box): 'risk' | 'broken' | undefined {
  if (row.hold) return 'broken'
  if (row.ship_by === null) return undefined
  const left = new Date(row.ship_by).getTime() - Date.now()
  return left < 0 ? 'broken' : left < 6 * 3_600_000 ? 'risk' : undefined
}

/** Prints everything the list would show, up to one batch, without ticking anything. */
function usePrintAll(queue: Queue, dialogs: Dialogs) {
  const locale = useLocale()
  const { message } = App.useApp()
  const [params] = useSearchParams()
  const [loading, setLoading] = useState(false)
  const run = async () => {
    const filters: Record<string, string[]> = {}
    for (const key of ['merchant', 'shop', 'courier', 'province', 'hold']) {
      const value = params.get(key)
      if (value !== null) filters[key] = [value]
    }
    let rows: Box[] = []
    setLoading(true)
    try {
      rows = await loadWhole(queue, { filters, q: params.get('q') ?? '', sort: 'ship_by', cursor: '', limit: 200 })
    } catch (error) {
      message.error(errorTitle(error, locale))
    } finally {
      setLoading(false)
    }
    if (rows.length > 0) await dialogs.print(rows)
  }
  return { loading, run: useEvent(run) }
}

function useBulkActions(queue: Queue, dialogs: Dialogs): BulkAction<Box>[] {
  const t = useMessages(printingWords)
  const w = useMessages(pickupWords)
  const locale = useLocale()
  const me = useMe()
  const print: BulkAction<Box> = {
    key: 'print',
    label: t.print,
    icon: <PrinterOutlined />,
    primary: queue !== 'to_hand_over',
    blocked: (rows) => (rows.length > BATCH ? t.tooMany(BATCH) : undefined),
    run: async (rows) => {
      if (!(await dialogs.print(rows))) throw GIVEN_UP()
      return []
    },
  }
  const give: BulkAction<Box> = {
    key: 'hand-over',
    label: t.handOver,
    icon: <SendOutlined />,
    primary: queue === 'to_hand_over',
    confirm: (rows) => t.handOverAsk(rows.length),
    run: (rows, progress) => handOver(rows, locale, progress),
  }
  const take: BulkAction<Box> = {
    key: 'take',
    label: t.take,
    icon: <NumberOutlined />,
    run: (rows, progress) => takeNumbers(rows, locale, progress),
  }
  const merge: BulkAction<Box> = {
    key: 'merge',
    label: t.merge,
    icon: <MergeCellsOutlined />,
    confirm: (rows) => t.mergeAsk(rows.length),
    blocked: (rows) => {
      if (rows.length < 2) return t.mergeNeedsTwo
      if (rows.length > 50) return t.tooMany(50)
      return new Set(rows.map(({ merchant_id }) => merchant_id)).size > 1 ? t.mergeMerchants : undefined
    },
    run: async (rows) => {
      await mergeBoxes(rows.map(({ id }) => id))
      return rows.map((row) => ({ id: row.id, ok: true, label: numberOf(row) }))
    },
  }
  const pickup: BulkAction<Box> = {
    key: 'pickup',
    label: w.pickups,
    icon: <CarOutlined />,
    blocked: (rows) => {
      if (rows.length > BATCH) return t.tooMany(BATCH)
      return rows.some(({ waybill_number }) => waybill_number === null) ? w.needsNumber : undefined
    },
    run: async (rows) => {
      const results = await dialogs.pickup(rows)
      if (results === null) throw GIVEN_UP()
      return results
    },
  }
  if (me.role === 'service') return []
  if (queue === 'to_print') return [print, take, merge]
  return queue === 'to_hand_over' ? [give, pickup, print] : [print, give, pickup, take, merge]
}

function useRowActions(dialogs: Dialogs): (row: Box) => readonly RowAction<Box>[] {
  const t = useMessages(printingWords)
  const c = useMessages(common)
  const navigate = useNavigate()
  const me = useMe()
  const { message, modal } = App.useApp()
  const act = useEvent((kind: 'print' | 'split' | 'ownNumber' | 'label', row: Box) => {
    if (kind === 'print') void dialogs.print([row])
    else dialogs[kind](row)
  })
  return useMemo(() => {
    const cancel = (row: Box) => {
      void modal.confirm({
        title: t.cancelWaybill,
        content: t.cancelAsk(row.waybill_number ?? ''),
        okText: t.cancelWaybill,
        cancelText: c.back,
        okButtonProps: { danger: true },
        onOk: async () => {
          await cancelWaybillOf(row.id)
          message.success(t.cancelled(row.waybill_number ?? ''))
        },
      })
    }
    return (row) => {
      const taken = row.waybill_number !== null
      const order: RowAction<Box> = {
        key: 'order',
        label: t.openOrder,
        icon: <FileTextOutlined />,
        run: () => navigate(`/orders?q=${encodeURIComponent(row.order_no ?? '')}`),
      }
      if (me.role === 'service') return [order]
      return [
        { key: 'print', label: t.print, icon: <PrinterOutlined />, disabled: row.hold, run: () => act('print', row) },
        taken
          ? { key: 'label', label: t.label, icon: <EyeOutlined />, run: () => act('label', row) }
          : { key: 'own', label: t.ownNumber, icon: <EditOutlined />, disabled: row.hold, run: () => act('ownNumber', row) },
        { key: 'split', label: t.split, icon: <SplitCellsOutlined />, disabled: taken || row.quantity < 2, run: () => act('split', row) },
        order,
        { key: 'cancel', label: t.cancelWaybill, icon: <StopOutlined />, danger: true, disabled: !taken, run: () => cancel(row) },
      ]
    }
  }, [t, c, act, navigate, me.role, modal, message])
}
