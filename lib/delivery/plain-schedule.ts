const PLAIN_WAIT = /^(?:\d{1,2}(?:ms|s|m)|(?:1?\d|2[0-4])h)$/

/** Whether a schedule is certainly right: what `parseSchedule` accepts too. Of all others nothing is known. */
export const isPlainSchedule = (text: unknown): boolean =>
  typeof text === 'string' &&
  text.length < 200 &&
  (text === '' || text.split(',').every((wait) => PLAIN_WAIT.test(wait.trim())))
