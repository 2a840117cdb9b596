import { DownloadOutlined, ReloadOutlined, SettingOutlined } from '@ant-design/icons'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Segmented } from 'antd'
import { useMemo, useState } from 'react'
import { useMe } from '@/auth/useMe'
import { useLocale, useMessages } from '@/i18n'
import { saveUrl } from '@/lib/download'
import { DetailSkeleton, EmptyState, ErrorState, errorTitle, PageHeader, PageStack, Panel } from '@/ui'
import { AdmissionUnit } from './AdmissionUnit'
import { type Admission, admissionKey, admissionQuery, evaluateNow, standardQuery, unitKey, urgency } from './admissionData'
import { admissionWords } from './admissionWords'
import { CouriersNav } from './CouriersNav'
import { StandardEditor } from './StandardEditor'
import styles from './admission.module.css'
import { words } from './words'

type Shown = 'all' | 'proposed' | Admission['state']

/** 准入: where every courier stands against the standard, and what waits for an operator. */
export function Component() {
  const t = useMessages(admissionWords)
  const area = useMessages(words)
  const merchant = useMe().role === 'merchant'
  const rows = useQuery(admissionQuery)
  return (
    <PageStack>
      <PageHeader title={area.title} subtitle={merchant ? t.subtitleMerchant : t.subtitle} actions={<Acts />} />
      <CouriersNav />
      {rows.data ? (
        <Units rows={rows.data.items} />
      ) : rows.isError ? (
        <ErrorState error={rows.error} onRetry={() => void rows.refetch()} />
      ) : (
        <DetailSkeleton />
      )}
    </PageStack>
  )
}

function Acts() {
  const t = useMessages(admissionWords)
  const { role } = useMe()
  const locale = useLocale()
  const client = useQueryClient()
  const { message } = App.useApp()
  const [editing, setEditing] = useState(false)
  const evaluate = useMutation({
    mutationFn: evaluateNow,
    onSuccess: ({ judged }) => {
      message.success(t.evaluated(judged))
      void client.invalidateQueries({ queryKey: admissionKey })
    },
    onError: (error) => message.error(errorTitle(error, locale)),
  })
  return (
    <>
      {role === 'operator' && (
        <Button icon={<ReloadOutlined />} loading={evaluate.isPending} onClick={() => evaluate.mutate()}>
          {t.evaluate}
        </Button>
      )}
      {role !== 'merchant' && (
        <Button icon={<DownloadOutlined />} onClick={() => saveUrl('/api/v1/admission/export.csv', `${t.exportName}.csv`)}>
          {t.exportCsv}
        </Button>
      )}
      <Button icon={<SettingOutlined />} onClick={() => setEditing(true)}>
        {t.standard}
      </Button>
      {editing && <StandardEditor onClose={() => setEditing(false)} />}
    </>
  )
}

function Units({ rows }: { rows: readonly Admission[] }) {
  const t = useMessages(admissionWords)
  const [shown, setShown] = useState<Shown>('all')
  const window = useQuery(standardQuery).data?.standard.window_days
  const day = rows.map((row) => row.counted_day ?? '').sort().at(-1)
  const matches = (row: Admission, what: Shown) =>
    what === 'all' || (what === 'proposed' ? row.proposal !== null : row.state === what)
  const groups = useMemo(() => grouped(rows), [rows])
  if (rows.length === 0) {
    return (
      <Panel>
        <EmptyState title={t.empty} how={t.emptyHow} />
      </Panel>
    )
  }
  const option = (value: Shown, label: string) => ({ value, label: `${label} ${rows.filter((row) => matches(row, value)).length}` })
  const found = rows.filter((row) => matches(row, shown)).sort((a, b) => urgency(a) - urgency(b))
  return (
    <>
      <div className={styles.tools}>
        <Segmented<Shown>
          value={shown}
          onChange={setShown}
          options={[
            option('all', t.all),
            option('proposed', t.toDo),
            option('suspended', t.states.suspended),
            option('warned', t.states.warned),
            option('admitted', t.states.admitted),
          ]}
        />
        {day && window !== undefined && <small className={styles.quiet}>{t.lastDay(day, window)}</small>}
      </div>
      <Panel flush>
        {shown === 'all' ? (
          groups.map((group) => <Group key={group[0]?.courier} rows={group} />)
        ) : found.length > 0 ? (
          found.map((row) => <AdmissionUnit key={unitKey(row)} row={row} />)
        ) : (
          <EmptyState title={t.noneHere} how={t.noneHereHow} />
        )}
      </Panel>
    </>
  )
}

/** A courier's rows together, its own first; what needs a person on top. */
function grouped(rows: readonly Admission[]): Admission[][] {
  const found = new Map<string, Admission[]>()
  for (const row of rows) found.set(row.courier, [...(found.get(row.courier) ?? []), row])
  const least = (group: readonly Admission[]) => Math.min(...group.map(urgency))
  return [...found.values()].sort((a, b) => least(a) - least(b))
}

/** A courier; its services and lanes open where one of them is in trouble of its own. */
function Group({ rows }: { rows: readonly Admission[] }) {
  const t = useMessages(admissionWords)
  const own = rows.find((row) => row.service === '' && row.province === '')
  const parts = rows.filter((row) => row !== own)
  const [open, setOpen] = useState(() => parts.some((row) => own !== undefined && urgency(row) < urgency(own)))
  return (
    <div className={styles.unit} style={{ padding: 0 }}>
      {own && <AdmissionUnit row={own} />}
      {parts.length > 0 && (
        <div style={{ padding: '0 16px 12px' }}>
          <Button type="link" size="small" style={{ padding: 0 }} aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? t.hideServices : t.services(parts.length)}
          </Button>
          {open && (
            <div className={styles.parts}>
              {parts.map((row) => (
                <AdmissionUnit key={unitKey(row)} row={row} />
              ))}
            </div>
          )}
        </div>
      )}
    </div>
  )
}
