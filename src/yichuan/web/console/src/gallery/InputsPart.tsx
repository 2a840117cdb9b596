import { useState } from 'react'
import { type ParsedAddress, PasteAddress, ScanInput } from '@/inputs'
import { PageHeader, PageStack, Panel } from '@/ui'

/** What clerks type, paste and scan into. */
export default function InputsPart() {
  const [address, setAddress] = useState<ParsedAddress | null>(null)
  return (
    <PageStack>
      <PageHeader title="Inputs" />
      <Panel title="PasteAddress">
        <PasteAddress value={address} onChange={setAddress} />
      </Panel>
      <Panel title="ScanInput">
        <ScanInput
          keepFocus={false}
          onScan={(code) =>
            code.startsWith('SF') ? { ok: true, message: '核对无误，3 / 3 件' } : { ok: false, message: '不在这一波里' }
          }
        />
      </Panel>
    </PageStack>
  )
}
