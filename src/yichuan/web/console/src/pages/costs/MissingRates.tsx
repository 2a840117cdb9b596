import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, App, Button, Modal } from 'antd'
import { useState } from 'react'
import { api, type Schema, unwrap } from '@/api/client'
import { useCourierName } from '@/domain'
import { formatCount, formatPercent } from '@/format'
import { useLocale, useMessages } from '@/i18n'
import { listKey } from '@/table'
import { Dash, DetailSkeleton, EmptyState, ErrorState, errorTitle, Money, PlainTable } from '@/ui'
import { UploadRates } from './UploadRates'
import { words } from './words'

type Bill = Schema<'BillView'>

/** Says which lines nothing could be expected of, and the two ways to mend it. */
export function MissingRates({ bill }: { bill: Bill }) {
  const t = useMessages(words)
  const courier = useCourierName(bill.courier)
  const [guessing, setGuessing] = useState(false)
  const lines = bill.findings.find(({ reason }) => reason === 'no_rate')?.lines ?? 0
  const client = useQueryClient()
  const refresh = () => {
    void client.invalidateQueries({ queryKey: ['bill', bill.id] })
    void client.invalidateQueries({ queryKey: listKey('bill-lines') })
  }
  const again = useMutation({
    mutationFn: () => unwrap(api.POST('/api/v1/bills/{bill_id}/reconcile', { params: { path: { bill_id: bill.id } } })),
    onSettled: refresh,
  })
  if (lines === 0) return null
  return (
    <>
      <Alert
        type="warning"
        showIcon
        title={t.noRateLines(formatCount(lines), courier)}
        description={
          <>
            <p>{t.noRateHow}</p>
            <div style={{ display: 'flex', flexWrap: 'wrap', gap: 8, marginTop: 8 }}>
              <Button type="primary" onClick={() => setGuessing(true)}>
                {t.guess}
              </Button>
              <UploadRates onDone={() => again.mutate()} />
            </div>
          </>
        }
      />
      {guessing && <Guess bill={bill} onClose={() => setGuessing(false)} onSaved={refresh} />}
    </>
  )
}

interface GuessProps {
  bill: Bill
  onClose: () => void
  onSaved: () => void
}

function Guess({ bill, onClose, onSaved }: GuessProps) {
  const t = useMessages(words)
  const locale = useLocale()
  const { message } = App.useApp()
  const params = { path: { bill_id: bill.id } }
  const guess = useQuery({
    queryKey: ['bill', bill.id, 'suggested-card'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/bills/{bill_id}/suggested-card', { params, signal })),
  })
  const save = useMutation({
    mutationFn: () => unwrap(api.POST('/api/v1/bills/{bill_id}/suggested-card', { params })),
    onSuccess: ({ explained, lines }) => {
      message.success(t.guessSaved(formatCount(explained), formatCount(lines)))
      onSaved()
      onClose()
    },
    onError: (error) => message.error(errorTitle(error, locale)),
  })
  const card = guess.data
  return (
    <Modal
      open
      title={t.guess}
      okText={t.guessSave}
      okButtonProps={{ disabled: card === undefined || card.rows.length === 0, loading: save.isPending }}
      onOk={() => save.mutate()}
      onCancel={onClose}
      width={640}
    >
      {guess.isError && <ErrorState error={guess.error} onRetry={() => void guess.refetch()} compact />}
      {card === undefined && !guess.isError && <DetailSkeleton />}
      {card?.rows.length === 0 && <EmptyState compact title={t.guessNone} how={t.guessNoneHow} />}
      {card !== undefined && card.rows.length > 0 && (
        <>
          <p>{t.guessHow(formatCount(card.lines), card.rows.length, formatPercent(card.reproduced / card.lines))}</p>
          <p>
            <strong>{t.guessWarning}</strong>
          </p>
          <div style={{ maxHeight: '45vh', overflowY: 'auto' }}>
            <PlainTable
              caption={t.guess}
              rows={card.rows}
              rowId={(row) => row.province}
              columns={[
                { key: 'province', title: t.province, render: (row) => row.province },
                { key: 'first', title: t.firstKg, align: 'right', render: (row) => <Money value={row.first} /> },
                {
                  key: 'step',
                  title: t.furtherKg,
                  align: 'right',
                  render: (row) => (row.step === null ? <Dash /> : <Money value={row.step} />),
                },
              ]}
            />
          </div>
        </>
      )}
    </Modal>
  )
}
