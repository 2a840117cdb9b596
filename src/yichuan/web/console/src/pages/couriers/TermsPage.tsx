import { DownloadOutlined, PlusOutlined } from '@ant-design/icons'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Segmented, Space } from 'antd'
import { useMemo, useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { useMe } from '@/auth/useMe'
import { common, useLocale, useMessages } from '@/i18n'
import { DataTable, type Filter, listKey, type RowAction } from '@/table'
import { errorTitle, PageHeader, PageStack } from '@/ui'
import { CouriersNav } from './CouriersNav'
import { servedQuery } from './data'
import { HeldUp } from './HeldUp'
import { ImportTerms } from './ImportTerms'
import { ReachPanel } from './ReachPanel'
import { TermForm } from './TermForm'
import { endSuspension, exportTerms, loadTerms, removeTerm, type Suspension, type Term, TERM_KINDS, type TermKind, termsName } from './termData'
import styles from './terms.module.css'
import { termWords } from './termWords'
import { useTermColumns } from './useTermColumns'
import { words } from './words'

/** The terms of courier services: who delivers where, what is not taken, until when, what is paid. */
export function Component() {
  const area = useMessages(words)
  const t = useMessages(termWords)
  const navigate = useNavigate()
  const asked = useParams().kind as TermKind | undefined
  const kind = asked !== undefined && TERM_KINDS.includes(asked) ? asked : 'areas'
  const options = TERM_KINDS.map((value) => ({ value, label: t.kinds[value] }))
  return (
    <PageStack>
      <PageHeader title={area.title} subtitle={t.subtitle} />
      <CouriersNav />
      <ReachPanel />
      <div className={styles.kinds}>
        <Segmented options={options} value={kind} onChange={(to) => void navigate(`/couriers/terms/${to}`)} />
      </div>
      <p className={styles.how}>{t.hows[kind]}</p>
      <Kind key={kind} kind={kind} />
    </PageStack>
  )
}

function Kind({ kind }: { kind: TermKind }) {
  const t = useMessages(termWords)
  const { role } = useMe()
  const writes = role === 'operator' || (role === 'merchant' && kind !== 'traits')
  const [form, setForm] = useState<'new' | Term>()
  const [held, setHeld] = useState<Suspension>()
  const actions = useRowActions(writes, setForm, setHeld)
  return (
    <>
      <Space wrap className={styles.acts}>
        {writes && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setForm('new')}>
            {t.add}
          </Button>
        )}
        {writes && <ImportTerms kind={kind} />}
        <Button icon={<DownloadOutlined />} onClick={() => exportTerms(kind)}>
          {t.exportFile}
        </Button>
      </Space>
      <DataTable<Term>
        name={termsName(kind)}
        columns={useTermColumns(kind)}
        rowId={(row) => row.id}
        load={(query, signal) => loadTerms(kind, query, signal)}
        filters={useFilters(kind)}
        searchHint={t.search}
        rowActions={actions}
        rowTone={(row) => (row.kind === 'suspensions' && row.state === 'current' ? 'risk' : undefined)}
        empty={{ title: t.empty, how: t.emptyHow }}
      />
      {form !== undefined && <TermForm kind={kind} editing={form === 'new' ? undefined : form} onClose={() => setForm(undefined)} />}
      {held !== undefined && <HeldUp row={held} onClose={() => setHeld(undefined)} />}
    </>
  )
}

/** What can be done with a row: a merchant changes its own only, and nobody what is over. */
function useRowActions(
  writes: boolean,
  edit: (row: Term) => void,
  show: (row: Suspension) => void,
): (row: Term) => readonly RowAction<Term>[] {
  const t = useMessages(termWords)
  const c = useMessages(common)
  const locale = useLocale()
  const mine = useMe().merchant?.id ?? null
  const client = useQueryClient()
  const { message, modal } = App.useApp()
  const act = useMutation({
    mutationFn: async ({ row, verb }: { row: Term; verb: 'end' | 'remove' }) => {
      if (verb === 'end') await endSuspension(row.id)
      else await removeTerm(row)
    },
    onSuccess: (_, { row, verb }) => {
      message.success(verb === 'end' ? t.ended : t.removed)
      void client.invalidateQueries({ queryKey: listKey(termsName(row.kind)) })
    },
    onError: (error) => message.error(errorTitle(error, locale)),
  })
  const ask = (row: Term, verb: 'end' | 'remove') =>
    void modal.confirm({
      title: verb === 'end' ? t.endAsk : t.removeAsk,
      okText: verb === 'end' ? t.end : t.remove,
      cancelText: c.cancel,
      onOk: () => act.mutate({ row, verb }),
    })
  return (row) => {
    const own = writes && (mine === null || row.merchant_id === mine)
    const begun = row.kind === 'suspensions' && row.state !== 'planned'
    const found: RowAction<Term>[] = []
    if (row.kind === 'suspensions') found.push({ key: 'boxes', label: t.boxes, run: () => show(row) })
    if (own && !(row.kind === 'suspensions' && row.state === 'past')) found.push({ key: 'edit', label: c.edit, run: edit })
    if (own && row.kind === 'suspensions' && row.state === 'current') found.push({ key: 'end', label: t.end, run: () => ask(row, 'end') })
    if (own && !begun) found.push({ key: 'remove', label: t.remove, danger: true, run: () => ask(row, 'remove') })
    return found
  }
}

function useFilters(kind: TermKind): Filter[] {
  const t = useMessages(termWords)
  const locale = useLocale()
  const couriers = useQuery(servedQuery).data
  return useMemo(() => {
    const options = (couriers?.items ?? []).map(({ code, name_zh, name_en }) => ({
      value: code,
      label: locale === 'zh-CN' ? name_zh : (name_en ?? name_zh),
    }))
    const states = (['current', 'planned', 'past'] as const).map((value) => ({ value, label: t[value] }))
    const found: Filter[] = [{ key: 'courier', label: t.courier, kind: 'choice', single: true, options }]
    if (kind === 'suspensions') found.push({ key: 'state', label: t.state, kind: 'choice', single: true, options: states })
    return found
  }, [t, locale, couriers, kind])
}
