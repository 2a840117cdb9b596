import { useMutation } from '@tanstack/react-query'
import { App, Button, Input, Space } from 'antd'
import { useState } from 'react'
import { api, unwrap } from '@/api'
import { useLocale, useMessages } from '@/i18n'
import { errorTitle } from '@/ui'
import { printWords } from './printWords'

interface ClearGoodsProps {
  ids: readonly string[]
  rule: string
  onDone: () => void
}

/** 放行: boxes let pass a goods rule, with a reason that stays on record. Not everybody may. */
export function ClearGoods({ ids, rule, onDone }: ClearGoodsProps) {
  const t = useMessages(printWords)
  const locale = useLocale()
  const { message } = App.useApp()
  const [reason, setReason] = useState<string>()
  const pass = useMutation({
    mutationFn: async (why: string) => {
      for (const shipment_id of ids) {
        const params = { path: { shipment_id } }
        const body = { rule_id: rule, reason: why }
        await unwrap(api.POST('/api/v1/shipments/{shipment_id}/goods-clearances', { params, body }))
      }
    },
    onSuccess: () => message.success(t.cleared(ids.length)),
    onError: (error) => message.error(errorTitle(error, locale)),
    onSettled: onDone,
  })
  if (reason === undefined) {
    return (
      <Button size="small" style={{ justifySelf: 'start' }} onClick={() => setReason('')}>
        {t.clear}
      </Button>
    )
  }
  return (
    <Space.Compact style={{ maxWidth: 480 }}>
      <Input size="small" autoFocus aria-label={t.clearWhy} placeholder={t.clearWhy} maxLength={200} value={reason} onChange={(event) => setReason(event.target.value)} />
      <Button size="small" danger disabled={reason.trim().length < 2} loading={pass.isPending} onClick={() => pass.mutate(reason.trim())}>
        {t.clearNow(ids.length)}
      </Button>
    </Space.Compact>
  )
}
