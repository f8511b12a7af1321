/**
 * Everything of deliveries `d`. An event outlives its deliveries, so one of both places has it; of two sources with an event
 * of the same id, the first had it when the delivery was made.
 */
export const wholeOf = (deliveries: string): string => `
  SELECT d.*, b.payload, b.slots, b.content_type, b.message, b.request,
    coalesce(b.event, (SELECT json FROM @events e WHERE e.event_id = d.event_id ORDER BY seq LIMIT 1), '{}') AS event
  FROM ${deliveries} d JOIN @bodies b USING (seq)`
