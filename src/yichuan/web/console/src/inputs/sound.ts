import { createPreference } from '@/lib/storage'

/** Packing benches are loud and eyes are on the goods: scans answer by ear. */
export const soundPreference = createPreference<boolean>('scan-sound', true, (stored) =>
  typeof stored === 'boolean' ? stored : null,
)

let audio: AudioContext | null = null

/** One high short tone for yes, two low ones for no. */
export function beep(ok: boolean): void {
  if (!soundPreference.get() || typeof AudioContext === 'undefined') return
  audio ??= new AudioContext()
  const tones: readonly (readonly [start: number, hertz: number])[] = ok ? [[0, 1320]] : [[0, 330], [0.18, 260]]
  for (const [start, hertz] of tones) {
    const oscillator = audio.createOscillator()
    const gain = audio.createGain()
    oscillator.frequency.value = hertz
    gain.gain.value = 0.08
    oscillator.connect(gain).connect(audio.destination)
    oscillator.start(audio.currentTime + start)
    oscillator.stop(audio.currentTime + start + (ok ? 0.09 : 0.14))
  }
}
