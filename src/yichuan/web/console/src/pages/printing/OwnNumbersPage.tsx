import { DownloadOutlined, FileExcelOutlined, ImportOutlined, SendOutlined } from '@ant-design/icons'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Alert, App, Button, Dropdown, Input, Select } from 'antd'
import { type ChangeEvent, useRef, useState } from 'react'
import type { Schema } from '@/api/client'
import { buildUrl, http } from '@/api/http'
import { useMe } from '@/auth/useMe'
import { useLocale, useMessages } from '@/i18n'
import { useHotkeys } from '@/keys'
import { useStore } from '@/lib/store'
import { saveUrl } from '@/table'
import { EmptyState, errorTitle, PageHeader, Panel, ProgressBar } from '@/ui'
import { merchantsQuery } from '../merchants/names'
import { useCourierOptions } from './filters'
import { lastCourier } from './OwnNumberDialog'
import styles from './OwnNumbers.module.css'
import { OwnTable } from './OwnTable'
import { ownWords } from './ownWords'
import { PrintingNav } from './PrintingNav'
import { type OwnRows, useOwnRows } from './useOwnRows'
import { printingWords } from './words'

/** 填单号发货: numbers the merchant got itself, as they come out of a spreadsheet. */
export function Component() {
  const p = useMessages(printingWords)
  const t = useMessages(ownWords)
  const me = useMe()
  const [merchant, setMerchant] = useState<string | undefined>(me.merchant?.id)
  const rows = useOwnRows(merchant)
  useHotkeys([{ keys: 'mod+enter', label: t.ship(rows.good.length), group: p.keyGroup, inField: true, run: rows.ship }])
  return (
    <>
      <PageHeader
        title={p.title}
        actions={
          rows.rows.length > 0 && (
            <Button
              type="primary"
              icon={<SendOutlined />}
              disabled={rows.good.length === 0 || merchant === undefined}
              loading={rows.progress !== null}
              onClick={rows.ship}
            >
              {t.ship(rows.good.length)}
            </Button>
          )
        }
      />
      <PrintingNav />
      <div className={styles.page}>
        <PastePanel rows={rows} merchant={merchant} onMerchant={setMerchant} />
        <WarnedNumbers rows={rows} />
        <Panel flush={rows.rows.length > 0}>
          {rows.progress !== null && (
            <ProgressBar {...rows.progress} label={t.shipping(rows.progress.done, rows.progress.all)} />
          )}
          {rows.rows.length === 0 ? (
            <EmptyState
              icon={<ImportOutlined />}
              title={rows.shipped > 0 ? t.allDone(rows.shipped) : t.emptyTitle}
              how={t.emptyHow}
            />
          ) : (
            <OwnTable rows={rows} />
          )}
        </Panel>
      </div>
    </>
  )
}

/** Numbers that are shipped, but against what dispatch would have chosen: the clerk may still act. */
function WarnedNumbers({ rows }: { rows: OwnRows }) {
  const t = useMessages(ownWords)
  if (rows.warned.length === 0) return null
  return (
    <Alert
      type="warning"
      showIcon
      closable={{ onClose: rows.forget }}
      title={t.warned(rows.warned.length)}
      description={
        <ul style={{ margin: 0, paddingInlineStart: 18, maxHeight: 160, overflow: 'auto' }}>
          {rows.warned.map(({ number, why }) => (
            <li key={number}>
              {number} {why}
            </li>
          ))}
        </ul>
      }
    />
  )
}

interface PastePanelProps {
  rows: OwnRows
  merchant: string | undefined
  onMerchant: (id: string) => void
}

function PastePanel({ rows, merchant, onMerchant }: PastePanelProps) {
  const t = useMessages(ownWords)
  const fallback = useStore(lastCourier)
  const staff = useMe().merchant === null
  const merchants = useQuery({ ...merchantsQuery, enabled: staff }).data ?? []
  const [text, setText] = useState('')
  const ready = merchant !== undefined
  const take = (pasted: string) => {
    if (pasted.trim() === '') return
    void rows.add(pasted, fallback)
    setText('')
  }
  return (
    <Panel title={t.paste}>
      <Input.TextArea
        autoFocus
        value={text}
        disabled={!ready}
        autoSize={{ minRows: 4, maxRows: 8 }}
        aria-label={t.paste}
        placeholder={ready ? t.pasteHint : t.merchantFirst}
        onChange={(event) => setText(event.target.value)}
        onPaste={(event) => {
          // Several lines are a table: they go straight into it.
          const pasted = event.clipboardData.getData('text')
          if (text === '' && pasted.includes('\n')) {
            event.preventDefault()
            take(pasted)
          }
        }}
      />
      <div className={styles.bar}>
        {staff && (
          <Select
            aria-label={t.merchant}
            placeholder={t.merchant}
            style={{ minWidth: 180 }}
            showSearch={{ optionFilterProp: 'label' }}
            options={merchants.map(({ id, name }) => ({ value: id, label: name }))}
            value={merchant}
            onChange={onMerchant}
          />
        )}
        <span>{t.fallback}</span>
        <Select
          aria-label={t.fallback}
          allowClear
          style={{ minWidth: 180 }}
          showSearch={{ optionFilterProp: 'label' }}
          placeholder={t.byNumber}
          options={useCourierOptions()}
          value={fallback === '' ? undefined : fallback}
          onChange={(value: string | undefined) => lastCourier.set(value ?? '')}
        />
        <TemplateButton merchant={merchant} />
        <FileButton disabled={!ready} onText={take} />
        <Button type="primary" ghost disabled={text.trim() === ''} onClick={() => take(text)}>
          {t.add}
        </Button>
      </div>
    </Panel>
  )
}

/** The server reads spreadsheets and every Chinese encoding; the rows then stand in the table. */
function FileButton({ disabled, onText }: { disabled: boolean; onText: (text: string) => void }) {
  const t = useMessages(ownWords)
  const locale = useLocale()
  const { message } = App.useApp()
  const field = useRef<HTMLInputElement>(null)
  const read = useMutation({
    mutationFn: (file: File) => {
      const body = new FormData()
      body.append('file', file)
      return http.post<Schema<'OwnNumberLines'>>('/shipments/own-numbers/read', body)
    },
    onSuccess: ({ lines, without_number }) => {
      onText(lines.join('\n'))
      if (without_number > 0) message.info(t.withoutNumber(without_number))
    },
    onError: (error) => message.error(errorTitle(error, locale)),
  })
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0]
    event.target.value = ''
    if (file !== undefined) read.mutate(file)
  }
  return (
    <>
      <input ref={field} type="file" accept=".xlsx,.xls,.csv,.tsv,.txt,.ods" hidden onChange={choose} />
      <Button
        icon={<FileExcelOutlined />}
        disabled={disabled}
        loading={read.isPending}
        title={t.fileHow}
        onClick={() => field.current?.click()}
      >
        {t.file}
      </Button>
    </>
  )
}

/** One's own waiting boxes as a table: couriers and numbers are filled in, the file comes back. */
function TemplateButton({ merchant }: { merchant: string | undefined }) {
  const t = useMessages(ownWords)
  const save = (kind: string) => saveUrl(buildUrl(`/shipments/own-numbers/template.${kind}`, { merchant_id: merchant }), '')
  return (
    <Dropdown
      disabled={merchant === undefined}
      menu={{
        items: [
          { key: 'xlsx', label: t.templateXlsx },
          { key: 'csv', label: t.templateCsv },
        ],
        onClick: ({ key }) => save(key),
      }}
    >
      <Button icon={<DownloadOutlined />} title={t.templateHow}>
        {t.template}
      </Button>
    </Dropdown>
  )
}
