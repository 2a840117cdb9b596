import { UndoOutlined } from '@ant-design/icons'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { App, Popconfirm, Select, Tooltip } from 'antd'
import { useMemo } from 'react'
import { useMe } from '@/auth/useMe'
import { DETAIL_CODES, useDetailName } from '@/domain'
import { common, useLocale, useMessages } from '@/i18n'
import { type Column, DataTable, type Filter, WIDTH } from '@/table'
import { CourierTag, errorTitle, IconButton, PageHeader, TimeAgo } from '@/ui'
import { CouriersNav } from './CouriersNav'
import { loadUnknown, mapUnknown, type Unknown, unknownId } from './unknownData'
import { unknownWords } from './unknownWords'
import { words } from './words'

/** Codes and texts that nothing could read, with what an operator made of them. */
export function Component() {
  const t = useMessages(unknownWords)
  const area = useMessages(words)
  return (
    <>
      <PageHeader title={area.title} subtitle={t.subtitle} />
      <CouriersNav />
      <DataTable<Unknown>
        name="unknown-codes"
        columns={useColumns()}
        rowId={unknownId}
        load={loadUnknown}
        filters={useFilters()}
        searchHint={t.search}
        empty={{ title: t.empty, how: t.emptyHow }}
      />
    </>
  )
}

function useFilters(): Filter[] {
  const t = useMessages(unknownWords)
  return [
    {
      key: 'kind',
      label: t.kind,
      kind: 'choice',
      single: true,
      options: [
        { value: 'code', label: t.isCode },
        { value: 'text', label: t.isText },
      ],
    },
    {
      key: 'mapped',
      label: t.meaning,
      kind: 'choice',
      single: true,
      options: [
        { value: 'no', label: t.mappedNo },
        { value: 'yes', label: t.mappedYes },
      ],
    },
  ]
}

function useColumns(): Column<Unknown>[] {
  const t = useMessages(unknownWords)
  return useMemo(
    (): Column<Unknown>[] => [
      {
        key: 'code',
        title: t.code,
        width: 220,
        always: true,
        wrap: true,
        card: 'title',
        render: (row) => (row.kind === 'code' ? <span className="y-mono">{row.code}</span> : row.code.replace(/^text:/, '').replaceAll('_', ' … ')),
      },
      { key: 'meaning', title: t.meaning, width: 220, always: true, render: (row) => <Meaning row={row} /> },
      { key: 'courier', title: t.courier, width: WIDTH.courier, render: (row) => <CourierTag code={row.courier} /> },
      { key: 'count', title: t.count, width: WIDTH.count, align: 'right', render: (row) => row.count.toLocaleString() },
      {
        key: 'samples',
        title: t.samples,
        width: 340,
        wrap: true,
        render: (row) => (
          <Tooltip title={row.samples.map((text) => <div key={text}>{text}</div>)}>{row.samples[0]}</Tooltip>
        ),
      },
      { key: 'last', title: t.last, width: WIDTH.time, render: (row) => <TimeAgo at={row.last_at} /> },
      { key: 'first', title: t.first, width: WIDTH.time, render: (row) => <TimeAgo at={row.first_at} /> },
      { key: 'kind', title: t.kind, width: WIDTH.count, hidden: true, render: (row) => (row.kind === 'code' ? t.isCode : t.isText) },
      { key: 'connector', title: t.connector, width: WIDTH.courier, hidden: true, render: (row) => row.connector },
    ],
    [t],
  )
}

/** What a row means: chosen among the finer states, taken back by its own button. */
function Meaning({ row }: { row: Unknown }) {
  const t = useMessages(unknownWords)
  const c = useMessages(common)
  const locale = useLocale()
  const nameOf = useDetailName()
  const client = useQueryClient()
  const { message } = App.useApp()
  const operator = useMe().role === 'operator'
  const map = useMutation({
    mutationFn: mapUnknown,
    onSuccess: () => {
      message.success(t.saved)
      void client.invalidateQueries()
    },
    onError: (error) => message.error(errorTitle(error, locale)),
  })
  const options = [
    ...DETAIL_CODES.map((code) => ({ value: code, label: nameOf(code) ?? code })),
    { value: 'none', label: t.nothing },
  ]
  return (
    <span style={{ display: 'flex', gap: 4, alignItems: 'center' }}>
      <Select
        size="small"
        style={{ width: 160 }}
        aria-label={t.meaning}
        placeholder={t.choose}
        value={row.detail ?? undefined}
        options={options}
        disabled={!operator}
        loading={map.isPending}
        showSearch={{ optionFilterProp: 'label' }}
        onChange={(detail) => map.mutate({ row, detail })}
      />
      {row.detail !== null && operator && (
        <Popconfirm
          title={t.undoAsk}
          okText={t.undo}
          cancelText={c.cancel}
          onConfirm={() => map.mutate({ row, detail: null })}
        >
          <IconButton icon={<UndoOutlined />} label={t.undo} />
        </Popconfirm>
      )}
    </span>
  )
}
