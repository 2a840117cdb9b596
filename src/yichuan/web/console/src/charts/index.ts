export { type FunnelStep, FunnelChart } from './FunnelChart'
export { TrendChart, type TrendSeries } from './TrendChart'
