import { useMutation } from '@tanstack/react-query'
import { Alert, App, Form, Input, Modal, Radio, Space } from 'antd'
import { useState } from 'react'
import { api, type Schema, unwrap } from '@/api/client'
import { queryClient } from '@/api/queryClient'
import { common, useLocale, useMessages } from '@/i18n'
import { CopyableNumber, errorTitle } from '@/ui'
import { inDoubtQuery, refresh, type Waybill } from './data'
import { settleWords } from './settleWords'

type Wish = Schema<'FindingWish'>
type Answer = Schema<'Settlement'>

const PATTERN = /^[0-9A-Za-z-]{5,40}$/

function useSettle(waybill: Waybill, onShown: (wish: Wish, answer: Answer) => void, onDone: () => void) {
  const t = useMessages(settleWords)
  const locale = useLocale()
  const { message } = App.useApp()
  return useMutation({
    mutationFn: (wish: Wish) =>
      unwrap(
        api.POST('/api/v1/waybills/{waybill_id}/settle', {
          params: { path: { waybill_id: waybill.id } },
          body: wish,
        }),
      ),
    onSuccess: (answer, wish) => {
      if (!answer.done) return onShown(wish, answer)
      message.success(wish.outcome === 'found' ? t.doneFound(answer.waybill.number ?? '') : t.doneNone)
      refresh(waybill.shipment_id)
      void queryClient.invalidateQueries(inDoubtQuery)
      onDone()
    },
    onError: (error) => message.error(errorTitle(error, locale)),
  })
}

/** 核实: what somebody found in the courier's own system, said and then confirmed. */
export default function SettleDialog({ waybill, onClose }: { waybill: Waybill; onClose: () => void }) {
  const t = useMessages(settleWords)
  const c = useMessages(common)
  const locale = useLocale()
  const [form] = Form.useForm<Wish>()
  const [shown, setShown] = useState<{ wish: Wish; answer: Answer } | null>(null)
  const settle = useSettle(waybill, (wish, answer) => setShown({ wish, answer }), onClose)
  const found = shown?.wish.outcome === 'found'
  const confirm = found ? t.confirmFound(shown?.wish.number ?? '') : t.confirmNone
  const go = () => {
    if (shown === null) form.submit()
    else settle.mutate({ ...shown.wish, confirmation: shown.answer.confirmation })
  }
  return (
    <Modal
      open
      title={t.title}
      okText={shown ? confirm : t.next}
      cancelText={shown ? t.back : c.cancel}
      okButtonProps={{ loading: settle.isPending, danger: shown !== null && !found }}
      onOk={go}
      onCancel={() => (shown ? setShown(null) : onClose())}
    >
      <p style={{ marginBottom: 12 }}>
        {t.orderCode} <CopyableNumber value={waybill.order_code} />
      </p>
      {shown && (
        <Space orientation="vertical" style={{ width: '100%' }}>
          <Alert showIcon type="info" title={confirm} description={found ? t.foundHow : t.noneHow} />
          {shown.answer.doubts.map((doubt) => (
            <Alert key={doubt.en} showIcon type="warning" title={locale === 'zh-CN' ? doubt.zh : doubt.en} />
          ))}
          <p>{t.sure}</p>
        </Space>
      )}
      <div hidden={shown !== null}>
        <Fields form={form} onFinish={(wish) => settle.mutate(wish)} />
      </div>
    </Modal>
  )
}

type FormOf = ReturnType<typeof Form.useForm<Wish>>[0]

function Fields({ form, onFinish }: { form: FormOf; onFinish: (wish: Wish) => void }) {
  const t = useMessages(settleWords)
  const outcome = Form.useWatch('outcome', form)
  return (
    <Form form={form} layout="vertical" requiredMark={false} initialValues={{ outcome: 'found' }} onFinish={onFinish}>
      <Form.Item name="outcome" label={t.what}>
        <Radio.Group>
          <Radio value="found">{t.found}</Radio>
          <Radio value="none">{t.none}</Radio>
        </Radio.Group>
      </Form.Item>
      {outcome !== 'none' && (
        <Form.Item
          name="number"
          normalize={(text: string) => text.trim()}
          rules={[{ required: true, pattern: PATTERN, message: t.numberNeeded }]}
        >
          <Input autoComplete="off" maxLength={40} className="y-mono" aria-label={t.numberNeeded} onPressEnter={form.submit} />
        </Form.Item>
      )}
      <p style={{ color: 'var(--y-text-secondary)' }}>{outcome === 'none' ? t.noneHow : t.foundHow}</p>
    </Form>
  )
}
