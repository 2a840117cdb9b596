import { queryOptions } from '@tanstack/react-query'
import { api, type Schema, unwrap } from '@/api/client'

export type Admission = Schema<'AdmissionRow'>
export type Figure = Schema<'AdmissionFigure'>
export type Standard = Schema<'Standard'>
export type Limit = Schema<'Limit'>
export type Decision = Schema<'DecisionRow'>
export type Metric = Figure['metric']

export const METRICS: readonly Metric[] = ['pickup', 'on_time', 'exception', 'damage', 'complaint']
/** The higher the better. */
export const HIGHER: ReadonlySet<Metric> = new Set<Metric>(['pickup', 'on_time'])

export const admissionKey = ['admission']
export const unitKey = (row: Pick<Admission, 'courier' | 'service' | 'province'>) =>
  `${row.courier}/${row.service}/${row.province}`
const unit = ({ courier, service, province }: Admission) => ({ courier, service, province })

export const admissionQuery = queryOptions({
  queryKey: [...admissionKey, 'rows'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/admission', { signal })),
})

export const standardQuery = queryOptions({
  queryKey: [...admissionKey, 'standard'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/admission/standard', { signal })),
})

/** What was decided of a courier (service, province). */
export const decisionsQuery = (row: Admission) =>
  queryOptions({
    queryKey: [...admissionKey, 'decisions', unitKey(row)],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/admission/decisions', { params: { query: { ...unit(row), limit: 100 } }, signal })),
  })

export const evaluateNow = () => unwrap(api.POST('/api/v1/admission/evaluate'))

export const saveStandard = (body: Schema<'StandardRequest'>) => unwrap(api.PUT('/api/v1/admission/standard', { body }))

export const decide = ({ row, agree, reason }: { row: Admission; agree: boolean; reason: string }) =>
  unwrap(api.POST('/api/v1/admission/decide', { body: { ...unit(row), agree, reason } }))

export interface Override {
  state: 'admitted' | 'suspended'
  until: string
  reason: string
}

export const override = (row: Admission, wish: Override) =>
  unwrap(api.PUT('/api/v1/admission/override', { body: { ...unit(row), ...wish } }))

export const lift = (row: Admission, reason: string) =>
  unwrap(api.POST('/api/v1/admission/lift', { body: { ...unit(row), reason } }))

/** What waits for a person first, then what is suspended, warned, admitted. */
export function urgency(row: Admission): number {
  if (row.proposal !== null) return 0
  return { suspended: 1, warned: 2, admitted: 3 }[row.state]
}
