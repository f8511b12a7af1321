/** The largest body, in bytes of UTF-8: of posted events, of a rendered payload, of a request that is sent. 1 MiB. */
export const MOST_BODY_BYTES = 1024 * 1024
