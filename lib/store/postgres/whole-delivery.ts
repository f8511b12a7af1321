/**
 * Everything of deliveries `d`. An event outlives its deliveries, so one of both places has it; of two sources with an event
 * of the same id, the first had it when the delivery was made. It is sought by its id whatever is known of the table: a limit
 * would have a server that has not analysed it read from its beginning.
 */
export const wholeOf = (deliveries: string): string => `
  SELECT d.*, b.payload, b.slots, b.content_type, b.message, b.request,
    coalesce(b.event, (SELECT (array_agg(json ORDER BY seq))[1] FROM @events e WHERE e.event_id = d.event_id), '{}') AS event
  FROM ${deliveries} d JOIN @bodies b USING (seq)`
