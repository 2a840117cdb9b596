import table from './cities.json'

/**
 * Points of the cities of China: adcode, name, longitude, latitude. Points only, no borders.
 * Names and codes: National Bureau of Statistics 2023. Points: chinese_province_city_area_mapper
 * (MIT), rounded to a hundredth of a degree, in the shifted datum of map services; good for a
 * picture, not for distances inside a city.
 */
export interface City {
  adcode: number
  name: string
  lon: number
  lat: number
}

export const CITIES: readonly City[] = (table as [number, string, number, number][]).map(
  ([adcode, name, lon, lat]) => ({ adcode, name, lon, lat }),
)

const SUFFIX = /(特别行政区|自治州|地区|省|市|盟|县)$/
const PEOPLES =
  /(土家族苗族|苗族侗族|布依族苗族|哈尼族彝族|傣族景颇族|蒙古族藏族|藏族羌族|壮族苗族|蒙古|柯尔克孜|哈萨克|朝鲜族|傈僳族|土家族|白族|傣族|藏族|彝族|回族|回)$/

/** 恩施土家族苗族自治州 → 恩施, 杭州市 → 杭州: how a place is called on a map. */
export function shortName(name: string): string {
  const short = name.replace(SUFFIX, '')
  if (short.length < 2) return name
  return name.endsWith('自治州') ? short.replace(PEOPLES, '') || short : short
}

const byName = new Map<string, City>()
for (const city of CITIES) {
  byName.set(city.name, city)
  byName.set(shortName(city.name), city)
}

const byAdcode = new Map(CITIES.map((city) => [city.adcode, city]))

/** A city by its own adcode, by that of a district in it, or by its full or short name. */
export function findCity(place: { adcode?: string | number | null; city?: string | null }): City | undefined {
  const code = Number(place.adcode)
  const found =
    byAdcode.get(code) ??
    byAdcode.get(Math.floor(code / 100) * 100) ??
    byAdcode.get(Math.floor(code / 10_000) * 10_000)
  return found ?? byName.get(place.city ?? '') ?? byName.get(shortName(place.city ?? ''))
}
