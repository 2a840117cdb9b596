import { Modal } from 'antd'
import { useMessages } from '@/i18n'
import { boxWords } from './boxWords'
import type { Box } from './data'
import { LabelPreview } from './LabelPreview'

/** The label of a box that has one. */
export default function LabelDialog({ row, onClose }: { row: Box; onClose: () => void }) {
  const t = useMessages(boxWords)
  return (
    <Modal open title={`${t.label} ${row.waybill_number ?? ''}`} width={440} footer={null} onCancel={onClose}>
      <LabelPreview shipmentId={row.id} autoFocus />
    </Modal>
  )
}
