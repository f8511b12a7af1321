import { parseSchedule } from '../../lib/delivery/schedule.js'
import type { Translate } from '../editor/red-editor.d.js'

/** How often and for how long a valid schedule tries, in words. */
export function describeSchedule(text: string, _: Translate): string {
  const waits = parseSchedule(text)
  if (waits.length === 0) return _('automation-webhook.schedule.once')
  const total = waits.reduce((sum, wait) => sum + wait, 0)
  return _('automation-webhook.schedule.several', { attempts: waits.length + 1, time: duration(total) })
}

function duration(ms: number): string {
  const [hours, minutes, seconds] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, (ms / 1000) % 60]
  if (hours >= 48) return `${Math.floor(hours / 24)} d ${hours % 24} h`
  if (hours > 0) return `${hours} h ${minutes} min`
  return minutes > 0 ? `${minutes} min ${Math.round(seconds)} s` : `${Math.round(seconds * 10) / 10} s`
}
