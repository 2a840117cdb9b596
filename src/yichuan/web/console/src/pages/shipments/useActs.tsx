import {
  BarcodeOutlined,
  EditOutlined,
  LinkOutlined,
  PrinterOutlined,
  SplitCellsOutlined,
} from '@ant-design/icons'
import { App } from 'antd'
import { lazy, type ReactNode, Suspense, useMemo, useState } from 'react'
import { api, unwrap } from '@/api'
import { useMessages } from '@/i18n'
import type { RowAction } from '@/table'
import { isOpen, refresh, type Row } from './data'
import { openBuyerPage, openLabel, printable, tellPrinted, waybillsOf } from './labels'
import { actWords } from './words'

const OwnNumberDialog = lazy(() => import('./OwnNumberDialog'))
const SplitDialog = lazy(() => import('./SplitDialog'))

type Asking = { what: 'own' | 'split'; row: Row } | null

/** Prints a label again, and asks afterwards whether it came out. */
function usePrint() {
  const t = useMessages(actWords)
  const { message, modal } = App.useApp()
  return async (row: Row) => {
    const waybill = printable(await waybillsOf(row.id))
    if (waybill === undefined) {
      message.info(t.noLabel)
      return
    }
    await openLabel(waybill.id)
    void modal.confirm({
      title: t.printed,
      content: t.printedHow,
      okText: t.markPrinted,
      cancelText: t.notYet,
      onOk: async () => {
        await tellPrinted(waybill.id)
        refresh(row.id)
      },
    })
  }
}

function useTake() {
  const t = useMessages(actWords)
  const { message } = App.useApp()
  return async (row: Row) => {
    try {
      const taken = await unwrap(api.POST('/api/v1/waybills', { body: { shipment_id: row.id } }))
      message.success(t.takeDone(taken.number ?? ''))
    } finally {
      refresh(row.id)
    }
  }
}

export interface Acts {
  of: (row: Row) => RowAction<Row>[]
  /** To be drawn somewhere on the page. */
  dialogs: ReactNode
}

/** What can be done with one shipment; the same in the list, the drawer and on the page. */
export function useActs(): Acts {
  const t = useMessages(actWords)
  const { message } = App.useApp()
  const [asking, setAsking] = useState<Asking>(null)
  const print = usePrint()
  const take = useTake()
  const of = (row: Row): RowAction<Row>[] => {
    const open = isOpen(row)
    const labelled = row.waybill_number !== null && row.ship_method === 'hub_waybill'
    const all: (RowAction<Row> | false)[] = [
      open && { key: 'take', label: t.take, icon: <BarcodeOutlined />, disabled: row.hold, run: take },
      labelled && {
        key: 'print',
        label: row.printed_at === null ? t.print : t.printAgain,
        icon: <PrinterOutlined />,
        disabled: row.hold,
        run: print,
      },
      open && {
        key: 'own',
        label: t.own,
        icon: <EditOutlined />,
        disabled: row.hold,
        run: () => setAsking({ what: 'own', row }),
      },
      open &&
        row.quantity > 1 && {
          key: 'split',
          label: t.split,
          icon: <SplitCellsOutlined />,
          run: () => setAsking({ what: 'split', row }),
        },
      {
        key: 'buyer',
        label: t.buyer,
        icon: <LinkOutlined />,
        run: async () => {
          if (!(await openBuyerPage(row.id))) message.info(t.noBuyer)
        },
      },
    ]
    return all.filter((act) => act !== false)
  }
  const dialogs = useMemo(() => <Dialogs asking={asking} onClose={() => setAsking(null)} />, [asking])
  return { of, dialogs }
}

function Dialogs({ asking, onClose }: { asking: Asking; onClose: () => void }) {
  if (asking === null) return null
  const Dialog = asking.what === 'own' ? OwnNumberDialog : SplitDialog
  return (
    <Suspense>
      <Dialog row={asking.row} onClose={onClose} />
    </Suspense>
  )
}
