export { type Concerns, useLive, useLiveRefresh, useNewsCount } from './hooks'
export { type Change, type JobProgress, type LiveEvent, onLive, watchStream } from './stream'
