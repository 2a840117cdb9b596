import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { useMutation, useQuery } from '@tanstack/react-query'
import { App, Button, InputNumber, Modal } from 'antd'
import { useState } from 'react'
import { api, type Schema, unwrap } from '@/api'
import { common, useLocale, useMessages } from '@/i18n'
import { DetailSkeleton, ErrorState, errorTitle, IconButton } from '@/ui'
import styles from './BoxBody.module.css'
import { boxWords } from './boxWords'
import { type Box, refreshQueues, shipmentQuery } from './data'

type Line = Schema<'ShipmentLineView'>
/** Pieces per line in one new box. */
type NewBox = Readonly<Record<string, number>>

const count = (box: NewBox) => Object.values(box).reduce((sum, n) => sum + n, 0)
const taken = (boxes: readonly NewBox[], id: string) => boxes.reduce((sum, box) => sum + (box[id] ?? 0), 0)

/** 拆单: which pieces go into boxes of their own. */
export default function SplitDialog({ row, onClose }: { row: Box; onClose: () => void }) {
  const t = useMessages(boxWords)
  const box = useQuery(shipmentQuery(row.id))
  return (
    <Modal open title={t.splitTitle(row.order_no ?? row.shipment_no)} width={680} footer={null} onCancel={onClose}>
      {box.isError && <ErrorState compact error={box.error} onRetry={() => void box.refetch()} />}
      {box.isPending && <DetailSkeleton />}
      {box.data && <SplitForm id={row.id} lines={box.data.lines} onClose={onClose} />}
    </Modal>
  )
}

interface SplitFormProps {
  id: string
  lines: readonly Line[]
  onClose: () => void
}

function SplitForm({ id, lines, onClose }: SplitFormProps) {
  const t = useMessages(boxWords)
  const c = useMessages(common)
  const locale = useLocale()
  const { message } = App.useApp()
  const [boxes, setBoxes] = useState<readonly NewBox[]>([{}])
  const staying = lines.reduce((sum, line) => sum + line.quantity - taken(boxes, line.id), 0)
  const empty = boxes.findIndex((box) => count(box) === 0)
  const wrong = staying < 1 ? t.mustStay : empty >= 0 ? t.emptyBox(empty + 1) : undefined
  const split = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST('/api/v1/shipments/{shipment_id}/split', {
          params: { path: { shipment_id: id } },
          body: {
            boxes: boxes.map((box) =>
              Object.entries(box)
                .filter(([, quantity]) => quantity > 0)
                .map(([shipment_line_id, quantity]) => ({ shipment_line_id, quantity })),
            ),
          },
        }),
      ),
    onSuccess: ({ ids = [] }) => {
      message.success(t.splitDone(ids.length))
      refreshQueues()
      onClose()
    },
    onError: (error) => message.error(errorTitle(error, locale)),
  })
  const put = (index: number, line: string, quantity: number) =>
    setBoxes(boxes.map((box, at) => (at === index ? { ...box, [line]: quantity } : box)))
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (wrong === undefined) split.mutate()
      }}
    >
      <p className={styles.quiet}>{t.splitHow}</p>
      <div className={styles.scroll}>
        <table className={styles.split}>
          <thead>
            <tr>
              <th scope="col">{t.name}</th>
              <th scope="col">{t.stays}</th>
              {boxes.map((_, index) => (
                <th scope="col" key={index}>
                  {t.newBox(index + 1)}
                  {boxes.length > 1 && (
                    <IconButton
                      label={t.dropBox(index + 1)}
                      icon={<DeleteOutlined />}
                      onClick={() => setBoxes(boxes.filter((_box, at) => at !== index))}
                    />
                  )}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {lines.map((line, at) => {
              const rest = line.quantity - taken(boxes, line.id)
              return (
                <tr key={line.id}>
                  <td>
                    {line.name ?? line.sku}
                    <div className={`${styles.quiet} y-mono`}>{line.sku}</div>
                  </td>
                  <td className="y-number">
                    {rest} / {line.quantity}
                  </td>
                  {boxes.map((box, index) => (
                    <td key={index}>
                      <InputNumber
                        min={0}
                        max={(box[line.id] ?? 0) + rest}
                        precision={0}
                        autoFocus={at === 0 && index === 0}
                        aria-label={`${t.newBox(index + 1)} ${line.name ?? line.sku}`}
                        placeholder="0"
                        value={box[line.id] || null}
                        onChange={(quantity) => put(index, line.id, quantity ?? 0)}
                      />
                    </td>
                  ))}
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
      <div className={styles.foot}>
        <Button icon={<PlusOutlined />} disabled={staying < 2} onClick={() => setBoxes([...boxes, {}])}>
          {t.addBox}
        </Button>
        {wrong !== undefined && <span className={styles.quiet}>{wrong}</span>}
        <Button onClick={onClose}>{c.cancel}</Button>
        <Button type="primary" htmlType="submit" disabled={wrong !== undefined} loading={split.isPending}>
          {t.doSplit(boxes.length + 1)}
        </Button>
      </div>
    </form>
  )
}
