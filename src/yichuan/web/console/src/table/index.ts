export { saveBlob, saveUrl } from '@/lib/download'
export { DataTable } from './DataTable'
export { readDays } from './dates'
export { FilterBar } from './FilterBar'
export { NewsPill } from './NewsPill'
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
export { useListState } from './useListState'
export { writeListState } from './urlState'
