export { saveBlob, saveUrl } from '@/lib/download'
export { DataTable } from './DataTable'
export { listParams } from './query'
export { toRowResults } from './rowResults'
export type {
  BulkAction,
  Column,
  DataTableProps,
  Detail,
  DetailProps,
  Filter,
  ListQuery,
  PresetView,
  RowAction,
  RowResult,
} from './types'
export { WIDTH } from './widths'
export { listKey } from './useListQuery'
