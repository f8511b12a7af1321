import type { EventKeeper } from './event-keeper.js'
import { type Handed, InFlight } from './in-flight.js'

/** What is in the flows; whoever keeps events is told of each that has nothing there any more. */
export function inFlightOf(keeper: () => Promise<EventKeeper>): InFlight {
  const over = (event: Handed): void => {
    const told = keeper().then(({ history }) => history?.settled(event))
    // what a store that fails is not told costs others a little time
    told.catch(() => {})
  }
  return new InFlight({ over })
}
