import { lazy, Suspense, useState } from 'react'
import type { Box } from './data'

const PrintDialog = lazy(() => import('./PrintDialog'))
const SplitDialog = lazy(() => import('./SplitDialog'))
const OwnNumberDialog = lazy(() => import('./OwnNumberDialog'))
const LabelDialog = lazy(() => import('./LabelDialog'))

type Open =
  | { kind: 'print'; rows: readonly Box[]; onEnd: (started: boolean) => void }
  | { kind: 'split' | 'own' | 'label'; row: Box }

/** The dialogs of the printing pages; one is open at a time, and each loads when first opened. */
export function useDialogs() {
  const [open, setOpen] = useState<Open | null>(null)
  const close = () => setOpen(null)
  const print = (rows: readonly Box[]) =>
    new Promise<boolean>((resolve) => setOpen({ kind: 'print', rows, onEnd: resolve }))
  const row = open !== null && open.kind !== 'print' ? open.row : null
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
      {row !== null && open?.kind === 'split' && <SplitDialog row={row} onClose={close} />}
      {row !== null && open?.kind === 'own' && <OwnNumberDialog row={row} onClose={close} />}
      {row !== null && open?.kind === 'label' && <LabelDialog row={row} onClose={close} />}
    </Suspense>
  )
  return {
    element,
    /** `true` when the batch was started, `false` when it was given up. */
    print,
    split: (one: Box) => setOpen({ kind: 'split', row: one }),
    ownNumber: (one: Box) => setOpen({ kind: 'own', row: one }),
    label: (one: Box) => setOpen({ kind: 'label', row: one }),
  }
}

export type Dialogs = ReturnType<typeof useDialogs>
