import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { api, type Schema, unwrap } from '@/api/client'
import { useMe } from '@/auth/useMe'
import { common, useLocale, useMessages } from '@/i18n'
import { DetailSkeleton, ErrorState, errorTitle, PageHeader, PageStack, Panel, PlainTable } from '@/ui'
import styles from './exceptions.module.css'
import { ruleWords } from './ruleWords'
import { words } from './words'

type Rules = Schema<'Thresholds'>
type Limit = Exclude<keyof Rules, 'stalled_hours' | 'remote_provinces'>
type Phase = 'picked_up' | 'in_transit' | 'arriving' | 'returning'
type Lane = 'same_city' | 'normal' | 'remote' | 'customs'

const SENDING: readonly Limit[] = ['ship_hours', 'pickup_hours', 'fake_hours']
const ARRIVING: readonly Limit[] = ['out_for_delivery_hours', 'collect_hours', 'sign_minutes']
const STORM: readonly Limit[] = ['storm_minimum', 'storm_hours', 'stale_days']
const PHASES: readonly Phase[] = ['picked_up', 'in_transit', 'arriving', 'returning']
const LANES: readonly Lane[] = ['same_city', 'normal', 'remote', 'customs']
const MAX: Partial<Record<Limit, number>> = { stale_days: 365, storm_minimum: 100_000, sign_minutes: 1440 }
const MIN: Partial<Record<Limit, number>> = { storm_minimum: 2, sign_minutes: 0 }

const rulesKey = ['settings', 'exceptions']

/** The limits after which a parcel is a problem: read by staff, changed by operators. */
export function Component() {
  const t = useMessages(ruleWords)
  const w = useMessages(words)
  const rules = useQuery({
    queryKey: rulesKey,
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/settings/exceptions', { signal })),
  })
  return (
    <PageStack>
      <PageHeader title={t.title} subtitle={t.subtitle} back={{ to: '/exceptions', label: w.title }} />
      {rules.data ? (
        <Editor key={rules.dataUpdatedAt} saved={rules.data} />
      ) : rules.isError ? (
        <ErrorState error={rules.error} onRetry={() => void rules.refetch()} />
      ) : (
        <DetailSkeleton />
      )}
    </PageStack>
  )
}

function useSave() {
  const t = useMessages(ruleWords)
  const client = useQueryClient()
  const locale = useLocale()
  const { message } = App.useApp()
  return useMutation({
    mutationFn: (body: Rules) => unwrap(api.PUT('/api/v1/settings/exceptions', { body })),
    onSuccess: (rules) => {
      message.success(t.saved)
      client.setQueryData(rulesKey, rules)
    },
    onError: (error) => message.error(errorTitle(error, locale)),
  })
}

function Editor({ saved }: { saved: Rules }) {
  const t = useMessages(ruleWords)
  const c = useMessages(common)
  const mayWrite = useMe().role === 'operator'
  const [rules, setRules] = useState(saved)
  const save = useSave()
  const changed = JSON.stringify(rules) !== JSON.stringify(saved)
  const fields = (names: readonly Limit[]) => (
    <div className={styles.fields}>
      {names.map((name) => (
        <NumberField
          key={name}
          name={name}
          value={rules[name]}
          disabled={!mayWrite}
          onChange={(value) => setRules({ ...rules, [name]: value })}
        />
      ))}
    </div>
  )
  return (
    <>
      <Panel title={t.sending}>{fields(SENDING)}</Panel>
      <Panel title={t.arriving}>{fields(ARRIVING)}</Panel>
      <Panel title={t.stalled}>
        <StalledTable rules={rules} disabled={!mayWrite} onChange={setRules} />
      </Panel>
      <Panel title={t.remoteTitle}>
        <div className={styles.field}>
          <Select
            mode="tags"
            disabled={!mayWrite}
            aria-label={t.remoteTitle}
            value={[...rules.remote_provinces]}
            onChange={(remote_provinces: string[]) => setRules({ ...rules, remote_provinces })}
          />
          <small>{t.remoteHow}</small>
        </div>
      </Panel>
      <Panel title={t.storm}>{fields(STORM)}</Panel>
      {mayWrite && (
        <div className={styles.row}>
          <Button type="primary" disabled={!changed} loading={save.isPending} onClick={() => save.mutate(rules)}>
            {c.save}
          </Button>
          <Button disabled={!changed} onClick={() => setRules(saved)}>
            {t.restore}
          </Button>
          {changed && <span role="status">{t.unsaved}</span>}
        </div>
      )}
    </>
  )
}

interface NumberFieldProps {
  name: Limit
  value: number
  disabled: boolean
  onChange: (value: number) => void
}

function NumberField({ name, value, disabled, onChange }: NumberFieldProps) {
  const t = useMessages(ruleWords)
  const units: Partial<Record<Limit, string>> = { stale_days: t.days, storm_minimum: t.parcels, sign_minutes: t.minutes }
  return (
    <label className={styles.field}>
      <span>{t[name]}</span>
      <InputNumber
        value={value}
        min={MIN[name] ?? 1}
        max={MAX[name] ?? 2000}
        precision={0}
        disabled={disabled}
        suffix={units[name] ?? t.hours}
        style={{ width: '100%' }}
        onChange={(next) => next !== null && onChange(next)}
      />
      <small>{t[`${name}How`]}</small>
    </label>
  )
}

interface StalledProps {
  rules: Rules
  disabled: boolean
  onChange: (rules: Rules) => void
}

function StalledTable({ rules, disabled, onChange }: StalledProps) {
  const t = useMessages(ruleWords)
  const nameOf = (phase: Phase) => (phase === 'arriving' ? t.arrivingPhase : t[phase])
  const put = (phase: Phase, lane: Lane, hours: number) => {
    const lanes = { ...rules.stalled_hours[phase], [lane]: hours }
    onChange({ ...rules, stalled_hours: { ...rules.stalled_hours, [phase]: lanes } })
  }
  return (
    <PlainTable
      caption={t.stalled}
      rows={PHASES}
      rowId={(phase) => phase}
      columns={[
        { key: 'phase', title: t.phase, render: nameOf },
        ...LANES.map((lane) => ({
          key: lane,
          title: `${t[lane]}（${t.hours}）`,
          render: (phase: Phase) => (
            <InputNumber
              value={rules.stalled_hours[phase]?.[lane]}
              min={1}
              max={2000}
              precision={0}
              disabled={disabled}
              aria-label={`${nameOf(phase)} ${t[lane]}`}
              style={{ width: 96 }}
              onChange={(next) => next !== null && put(phase, lane, next)}
            />
          ),
        })),
      ]}
    />
  )
}
