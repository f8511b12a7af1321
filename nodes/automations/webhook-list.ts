import type { WebhookAnswer } from './answers.js'

/** What needs somebody comes first. */
const ORDER = ['broken', 'failing', 'paused', 'resting', 'held', 'working']

/** It is sent to, and answers nothing good. */
export const isFailing = ({ state, last_error: error, last_delivered_at: delivered }: WebhookAnswer): boolean =>
  state === 'working' && error !== null && (delivered === null || Date.parse(error.at) > Date.parse(delivered))

const rankOf = (row: WebhookAnswer): number => ORDER.indexOf(isFailing(row) ? 'failing' : row.state)

/** Those in trouble on top, and what is equal by name. */
export const inTroubleFirst = (webhooks: readonly WebhookAnswer[]): WebhookAnswer[] =>
  [...webhooks].sort((a, b) => rankOf(a) - rankOf(b) || a.name.localeCompare(b.name))
