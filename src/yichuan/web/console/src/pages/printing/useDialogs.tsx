import { lazy, Suspense, useState } from 'react'
import type { RowResult } from '@/table'
import type { Box } from './data'

const PrintDialog = lazy(() => import('./PrintDialog'))
const SplitDialog = lazy(() => import('./SplitDialog'))
const OwnNumberDialog = lazy(() => import('./OwnNumberDialog'))
const LabelDialog = lazy(() => import('./LabelDialog'))
const PickupDialog = lazy(() => import('./PickupDialog'))

type Open =
  | { kind: 'print'; rows: readonly Box[]; onEnd: (started: boolean) => void }
  | { kind: 'pickup'; rows: readonly Box[]; onEnd: (results: RowResult[] | null) => void }
  | { kind: 'split' | 'own' | 'label'; row: Box }

/** The dialogs of the printing pages; one is open at a time, and each loads when first opened. */
export function useDialogs() {
  const [open, setOpen] = useState<Open | null>(null)
  const close = () => setOpen(null)
  const print = (rows: readonly Box[]) =>
    new Promise<boolean>((resolve) => setOpen({ kind: 'print', rows, onEnd: resolve }))
  const pickup = (rows: readonly Box[]) =>
    new Promise<RowResult[] | null>((resolve) => setOpen({ kind: 'pickup', rows, onEnd: resolve }))
  const row = open !== null && 'row' in open ? open.row : null
  const element = (
    <Suspense>
      {open?.kind === 'print' && (
        <PrintDialog
          rows={open.rows}
          onClose={(started) => {
            open.onEnd(started)
            close()
          }}
        />
      )}
      {open?.kind === 'pickup' && (
        <PickupDialog
          rows={open.rows}
          onEnd={(results) => {
            open.onEnd(results)
            close()
          }}
        />
      )}
      {row !== null && open?.kind === 'split' && <SplitDialog row={row} onClose={close} />}
      {row !== null && open?.kind === 'own' && <OwnNumberDialog row={row} onClose={close} />}
      {row !== null && open?.kind === 'label' && <LabelDialog row={row} onClose={close} />}
    </Suspense>
  )
  return {
    element,
    /** `true` when the batch was started, `false` when it was given up. */
    print,
    /** What became of each box, nothing when it was given up. */
    pickup,
    split: (one: Box) => setOpen({ kind: 'split', row: one }),
    ownNumber: (one: Box) => setOpen({ kind: 'own', row: one }),
    label: (one: Box) => setOpen({ kind: 'label', row: one }),
  }
}

export type Dialogs = ReturnType<typeof useDialogs>
