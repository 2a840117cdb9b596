/**
 * The provincial divisions as tiles of equal size, roughly where they lie: a choropleth without a
 * single border. Names and codes GB/T 2260, letters ISO 3166-2:CN.
 */
export interface Province {
  /** First two digits of the adcode. */
  code: string
  zh: string
  en: string
  letters: string
  column: number
  row: number
}

const TABLE: readonly (readonly [string, string, string, string, number, number])[] = [
  ['23', '黑龙江', 'Heilongjiang', 'HL', 8, 0],
  ['15', '内蒙古', 'Inner Mongolia', 'NM', 5, 1],
  ['21', '辽宁', 'Liaoning', 'LN', 7, 1],
  ['22', '吉林', 'Jilin', 'JL', 8, 1],
  ['65', '新疆', 'Xinjiang', 'XJ', 0, 2],
  ['64', '宁夏', 'Ningxia', 'NX', 3, 2],
  ['14', '山西', 'Shanxi', 'SX', 4, 2],
  ['13', '河北', 'Hebei', 'HE', 5, 2],
  ['11', '北京', 'Beijing', 'BJ', 6, 2],
  ['12', '天津', 'Tianjin', 'TJ', 7, 2],
  ['63', '青海', 'Qinghai', 'QH', 1, 3],
  ['62', '甘肃', 'Gansu', 'GS', 2, 3],
  ['61', '陕西', 'Shaanxi', 'SN', 3, 3],
  ['41', '河南', 'Henan', 'HA', 4, 3],
  ['37', '山东', 'Shandong', 'SD', 5, 3],
  ['32', '江苏', 'Jiangsu', 'JS', 6, 3],
  ['54', '西藏', 'Tibet', 'XZ', 1, 4],
  ['51', '四川', 'Sichuan', 'SC', 2, 4],
  ['50', '重庆', 'Chongqing', 'CQ', 3, 4],
  ['42', '湖北', 'Hubei', 'HB', 4, 4],
  ['34', '安徽', 'Anhui', 'AH', 5, 4],
  ['33', '浙江', 'Zhejiang', 'ZJ', 6, 4],
  ['31', '上海', 'Shanghai', 'SH', 7, 4],
  ['53', '云南', 'Yunnan', 'YN', 2, 5],
  ['52', '贵州', 'Guizhou', 'GZ', 3, 5],
  ['43', '湖南', 'Hunan', 'HN', 4, 5],
  ['36', '江西', 'Jiangxi', 'JX', 5, 5],
  ['35', '福建', 'Fujian', 'FJ', 6, 5],
  ['71', '台湾', 'Taiwan', 'TW', 7, 5],
  ['45', '广西', 'Guangxi', 'GX', 3, 6],
  ['44', '广东', 'Guangdong', 'GD', 4, 6],
  ['81', '香港', 'Hong Kong', 'HK', 5, 6],
  ['82', '澳门', 'Macao', 'MO', 4, 7],
  ['46', '海南', 'Hainan', 'HI', 3, 7],
]

export const PROVINCES: readonly Province[] = TABLE.map(([code, zh, en, letters, column, row]) => ({
  code,
  zh,
  en,
  letters,
  column,
  row,
}))

/** The first two digits of an adcode, or of a province's name by its first two characters. */
export function provinceCode(place: string): string | undefined {
  if (/^\d{2}/.test(place)) return place.slice(0, 2)
  return PROVINCES.find(({ zh }) => place.startsWith(zh))?.code
}

/**
 * Upper bounds of the steps of a scale over values, so that each step holds about as many tiles:
 * shares and counts of provinces are too skewed for equal steps. Bounds rise strictly.
 */
export function steps(values: readonly number[], count: number): number[] {
  const sorted = [...values].sort((a, b) => a - b)
  const bounds: number[] = []
  for (let step = 1; step <= count; step += 1) {
    const bound = sorted[Math.min(sorted.length - 1, Math.ceil((sorted.length * step) / count) - 1)]
    if (bound !== undefined && bound > (bounds.at(-1) ?? -Infinity)) bounds.push(bound)
  }
  return bounds
}

export function stepOf(value: number, bounds: readonly number[]): number {
  const found = bounds.findIndex((bound) => value <= bound)
  return found === -1 ? bounds.length - 1 : found
}
