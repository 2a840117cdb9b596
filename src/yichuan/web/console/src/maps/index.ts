export { type Flow, FlowMap, type FlowPoint } from './FlowMap'
export { provinceCode, PROVINCES } from './provinces'
export { RouteMap, type RouteMapProps, type RouteStop } from './RouteMap'
export { TileGridMap, type TileValue } from './TileGridMap'
