import { theme, type ThemeConfig } from 'antd'
import { textOn } from './colour'
import { type Mode, type Palette, PALETTES } from './palette'

export const FONT =
  "-apple-system, BlinkMacSystemFont, 'Segoe UI', 'PingFang SC', 'Microsoft YaHei UI', " +
  "'Microsoft YaHei', 'Hiragino Sans GB', 'Noto Sans CJK SC', 'Noto Sans SC', sans-serif"

export const MONO = "ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace"

function tokens(p: Palette, calm: boolean): ThemeConfig['token'] {
  return {
    motion: !calm,
    colorPrimary: p.accent,
    colorInfo: p.tones.moving.solid,
    colorSuccess: p.tones.done.text,
    colorWarning: p.tones.risk.solid,
    colorError: p.tones.broken.text,
    colorSuccessBg: p.tones.done.soft,
    colorSuccessBorder: p.tones.done.line,
    colorWarningBg: p.tones.risk.soft,
    colorWarningBorder: p.tones.risk.line,
    colorErrorBg: p.tones.broken.soft,
    colorErrorBorder: p.tones.broken.line,
    colorInfoBg: p.tones.moving.soft,
    colorInfoBorder: p.tones.moving.line,
    colorLink: p.accentText,
    colorLinkHover: p.accentText,
    colorBgLayout: p.page,
    colorBgContainer: p.surface,
    colorBgElevated: p.raised,
    colorText: p.text,
    colorTextSecondary: p.textSecondary,
    colorTextTertiary: p.textTertiary,
    colorTextPlaceholder: p.textTertiary,
    colorTextDescription: p.textTertiary,
    colorBorder: p.lineStrong,
    colorBorderSecondary: p.line,
    colorSplit: p.line,
    borderRadius: 8,
    borderRadiusLG: 12,
    borderRadiusSM: 6,
    fontFamily: FONT,
    fontFamilyCode: MONO,
    fontSize: 14,
    controlHeight: 34,
    motionDurationMid: '0.15s',
    motionDurationSlow: '0.2s',
  }
}

function components(p: Palette, mode: Mode): ThemeConfig['components'] {
  return {
    Button: {
      primaryShadow: 'none',
      defaultShadow: 'none',
      dangerShadow: 'none',
      colorPrimary: p.accent,
      colorPrimaryHover: p.accentHover,
      colorPrimaryActive: p.accentHover,
      primaryColor: p.onAccent,
      dangerColor: textOn(p.tones.broken.text),
    },
    Badge: { colorError: p.tones.broken.solid },
    Table: {
      headerBg: p.surface,
      headerColor: p.textSecondary,
      headerSplitColor: 'transparent',
      rowHoverBg: p.hover,
      rowSelectedBg: p.accentSoft,
      rowSelectedHoverBg: p.accentSoft,
      borderColor: p.line,
      cellPaddingBlockSM: 6,
      cellPaddingBlockMD: 9,
      cellPaddingBlock: 13,
      cellPaddingInline: 12,
      cellPaddingInlineMD: 12,
      cellPaddingInlineSM: 10,
    },
    Tabs: { horizontalMargin: '0' },
    Tooltip: { colorBgSpotlight: mode === 'dark' ? '#33404f' : '#1b2432' },
  }
}

/**
 * Ant Design from the same palette, so that its parts and ours cannot drift apart. `calm`: nothing
 * moves. Taking the time from its movements is not enough: a dialog would still jump to a fifth of
 * its size and back, under a click, and a message waits for the end of a fading that never begins.
 */
export function antdTheme(mode: Mode, calm = false): ThemeConfig {
  const palette = PALETTES[mode]
  return {
    algorithm: mode === 'dark' ? theme.darkAlgorithm : theme.defaultAlgorithm,
    cssVar: { key: `y-${mode}` },
    hashed: false,
    token: tokens(palette, calm),
    components: components(palette, mode),
  }
}
