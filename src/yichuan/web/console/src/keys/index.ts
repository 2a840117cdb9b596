export { type Hotkey, useHotkeyList, useHotkeys } from './hotkeys'
export { Keys } from './Keys'
export { keyWords } from './words'
