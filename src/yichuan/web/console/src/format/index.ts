export { fenOf, formatMoney } from './money'
export { formatCompact, formatCount, formatPercent, formatWeight } from './quantity'
export {
  COURIER_ZONE,
  formatAgo,
  formatClock,
  formatDay,
  formatDuration,
  formatExact,
  formatMinute,
  formatSpan,
} from './time'
