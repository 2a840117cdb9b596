import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Button, Checkbox, Drawer, Input, InputNumber, Select, Space } from 'antd'
import { useState } from 'react'
import { useMe } from '@/auth/useMe'
import { formatMinute } from '@/format'
import { common, useLocale, useMessages } from '@/i18n'
import { useIsPhone } from '@/lib/useMediaQuery'
import { DetailSkeleton, ErrorState, IconButton } from '@/ui'
import { admissionKey, type Limit, METRICS, type Standard, saveStandard, standardQuery } from './admissionData'
import { admissionWords } from './admissionWords'
import { servedQuery } from './data'
import { LimitsTable } from './LimitsTable'
import { useSave } from './useSave'
import styles from './admission.module.css'

const NUMBERS = [
  ['window_days', 90],
  ['warn_windows', 30],
  ['clear_windows', 30],
  ['rest_days', 180],
] as const
const FLAGS = ['auto_suspend', 'by_service', 'by_province'] as const

/** The standard: read by everybody, changed by operators, each change a version. */
export function StandardEditor({ onClose }: { onClose: () => void }) {
  const t = useMessages(admissionWords)
  const phone = useIsPhone()
  const { data, isError, error, refetch } = useQuery(standardQuery)
  return (
    <Drawer open size={phone ? '100%' : 640} title={t.standard} onClose={onClose}>
      {data ? (
        <Editor key={data.version} saved={data.standard} onClose={onClose} />
      ) : isError ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <DetailSkeleton />
      )}
      {data && data.versions.length > 0 && (
        <>
          <h3 className={styles.section}>{t.versions}</h3>
          <ol className={styles.history}>
            {data.versions.map((one) => (
              <li key={one.version}>
                <b>{t.versionOf(one.version)}</b> {one.note}
                <div>
                  <small>
                    {one.at && formatMinute(new Date(one.at))} · {one.actor_name}
                  </small>
                </div>
              </li>
            ))}
          </ol>
        </>
      )}
    </Drawer>
  )
}

function Editor({ saved, onClose }: { saved: Standard; onClose: () => void }) {
  const t = useMessages(admissionWords)
  const c = useMessages(common)
  const mayWrite = useMe().role === 'operator'
  const [standard, setStandard] = useState(saved)
  const [note, setNote] = useState('')
  const save = useSave(saveStandard, admissionKey, onClose)
  const change = (values: Partial<Standard>) => setStandard({ ...standard, ...values })
  const changed = JSON.stringify(standard) !== JSON.stringify(saved)
  return (
    <fieldset disabled={!mayWrite} style={{ border: 0, margin: 0, padding: 0, minWidth: 0 }}>
      <p className={styles.how}>{t.standardHow}</p>
      <LimitsTable limits={standard.limits ?? []} disabled={!mayWrite} onChange={(limits) => change({ limits })} />
      <p className={styles.how}>
        {t.recoverHow}
        {t.complaintHow}
      </p>
      <div className={styles.fields}>
        {NUMBERS.map(([name, most]) => (
          <label key={name} className={styles.field}>
            <span>{t[name]}</span>
            <InputNumber
              min={1}
              max={most}
              precision={0}
              disabled={!mayWrite}
              style={{ width: '100%' }}
              value={standard[name]}
              onChange={(value) => value !== null && change({ [name]: value })}
            />
          </label>
        ))}
      </div>
      <Space orientation="vertical">
        {FLAGS.map((name) => (
          <Checkbox
            key={name}
            disabled={!mayWrite}
            checked={standard[name]}
            onChange={(event) => change({ [name]: event.target.checked })}
          >
            {t[name]}
          </Checkbox>
        ))}
      </Space>
      <Specials standard={standard} mayWrite={mayWrite} onChange={change} />
      {mayWrite && (
        <Space wrap style={{ margin: '16px 0', display: 'flex' }}>
          <Input
            maxLength={500}
            placeholder={t.note}
            aria-label={t.note}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
          <Button type="primary" disabled={!changed} loading={save.isPending} onClick={() => save.mutate({ standard, note })}>
            {c.save}
          </Button>
        </Space>
      )}
    </fieldset>
  )
}

interface SpecialsProps {
  standard: Standard
  mayWrite: boolean
  onChange: (values: Partial<Standard>) => void
}

/** Other limits for one courier, service or province. */
function Specials({ standard, mayWrite, onChange }: SpecialsProps) {
  const t = useMessages(admissionWords)
  const c = useMessages(common)
  const locale = useLocale()
  const couriers = useQuery(servedQuery).data?.items ?? []
  const specials = standard.specials ?? []
  const put = (index: number, values: object) =>
    onChange({ specials: specials.map((one, at) => (at === index ? { ...one, ...values } : one)) })
  const first = (): Limit[] => (standard.limits ?? []).filter(({ metric }) => METRICS.includes(metric))
  return (
    <>
      <h3 className={styles.section}>{t.specials}</h3>
      <p className={styles.quiet}>{specials.length === 0 ? t.noSpecials : t.specialsHow}</p>
      {specials.map((one, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no id until they are whole
        <div key={index} className={styles.special}>
          <Space wrap style={{ marginBottom: 8 }}>
            <Select
              aria-label={t.courier}
              style={{ width: 180 }}
              showSearch={{ optionFilterProp: 'label' }}
              disabled={!mayWrite}
              value={one.courier}
              options={couriers.map(({ code, name_zh, name_en }) => ({
                value: code,
                label: locale === 'zh-CN' ? name_zh : (name_en ?? name_zh),
              }))}
              onChange={(courier) => put(index, { courier })}
            />
            <Input
              aria-label={t.service}
              style={{ width: 120 }}
              maxLength={40}
              disabled={!mayWrite}
              placeholder={t.anyService}
              value={one.service}
              onChange={(event) => put(index, { service: event.target.value.trim() })}
            />
            <Input
              aria-label={t.province}
              style={{ width: 120 }}
              maxLength={40}
              disabled={!mayWrite}
              placeholder={t.anyProvince}
              value={one.province}
              onChange={(event) => put(index, { province: event.target.value.trim() })}
            />
            {mayWrite && (
              <IconButton
                icon={<DeleteOutlined />}
                label={c.remove}
                onClick={() => onChange({ specials: specials.filter((_, at) => at !== index) })}
              />
            )}
          </Space>
          <LimitsTable limits={one.limits} disabled={!mayWrite} onChange={(limits) => put(index, { limits })} />
        </div>
      ))}
      {mayWrite && couriers[0] && (
        <Button
          icon={<PlusOutlined />}
          style={{ marginTop: 8 }}
          onClick={() =>
            onChange({ specials: [...specials, { courier: couriers[0]?.code ?? '', service: '', province: '', limits: first() }] })
          }
        >
          {t.addSpecial}
        </Button>
      )}
    </>
  )
}
