import { live as huggingface } from './huggingface/live.js'
import type { LiveKind } from './kind.js'
import { live as mlflow } from './mlflow/live.js'
import type { WatchedKindName } from './source.js'
import { live as wandb } from './wandb/live.js'

/** The half of the table of kinds that needs a network: how each that is watched is reached. Not for the editor. */
export const LIVE: Readonly<Record<WatchedKindName, LiveKind>> = { wandb, mlflow, huggingface }

/** Null for a kind that is told, and for one that nobody knows. */
export const liveKind = (name: unknown): LiveKind | null =>
  typeof name === 'string' && Object.hasOwn(LIVE, name) ? LIVE[name as WatchedKindName] : null
