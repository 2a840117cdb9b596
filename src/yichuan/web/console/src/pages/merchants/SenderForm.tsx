import { Modal, Radio } from 'antd'
import { useState } from 'react'
import { common, useMessages } from '@/i18n'
import { PasteAddress } from '@/inputs'
import { EMPTY_ADDRESS, missingParts, type ParsedAddress } from '@/inputs/address'
import { useAddSender } from './data'
import styles from './merchants.module.css'
import { words } from './words'

/** A sender or return address, pasted as one text or typed part by part. */
export function SenderForm({ id, onDone }: { id: string; onDone: () => void }) {
  const t = useMessages(words)
  const c = useMessages(common)
  const [kind, setKind] = useState<'ship_from' | 'return'>('ship_from')
  const [address, setAddress] = useState<ParsedAddress | null>(null)
  const add = useAddSender(id, t.senderAdded, onDone)
  const complete = missingParts(address ?? EMPTY_ADDRESS).length === 0
  const submit = () => {
    if (address === null) return
    const { name, phone, province, city, district, street, detail } = address
    add.mutate({ kind, name, phone, province, city, district, address: `${street}${detail}` })
  }
  return (
    <Modal
      open
      title={t.addSender}
      width={680}
      onCancel={onDone}
      onOk={submit}
      okText={c.save}
      cancelText={c.cancel}
      okButtonProps={{ disabled: !complete, loading: add.isPending }}
    >
      <Radio.Group
        className={styles.kinds}
        value={kind}
        onChange={(event) => setKind(event.target.value as 'ship_from' | 'return')}
        options={[
          { value: 'ship_from', label: t.ship_from },
          { value: 'return', label: t.return },
        ]}
      />
      <PasteAddress value={address} onChange={setAddress} autoFocus />
    </Modal>
  )
}
