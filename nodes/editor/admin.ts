import { inOwnLanguage } from './other-languages.js'

/** An answer of the admin interface that is a refusal, or no answer at all; the message is for a person. */
export class AdminError extends Error {
  readonly status: number

  constructor(status: number, told: { readonly code?: string | undefined; readonly message: string }) {
    super(inOwnLanguage(told))
    this.status = status
  }
}

/**
 * Calls `<httpAdminRoot>/artifact-automations/<path>`. jQuery adds the root and the user's token to relative URLs, as
 * Node-RED's editor has set it up.
 * @throws AdminError
 */
async function call(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
  try {
    return await $.ajax({
      method,
      url: `artifact-automations/${path}`,
      dataType: 'json',
      timeout: 180_000,
      ...(body && {
        data: JSON.stringify(body),
        contentType: 'application/json',
        headers: { 'X-Artifact-Automations': '1' },
      }),
    })
  } catch (failure) {
    const { status, responseJSON, statusText } = failure as JQuery.jqXHR
    const { code, message }: { code?: string; message?: unknown } = responseJSON?.error ?? {}
    if (typeof message === 'string') throw new AdminError(status, { code, message })
    throw new AdminError(status, { message: status === 0 ? '' : `${status} ${statusText}` })
  }
}

export const adminGet = (path: string): Promise<unknown> => call('GET', path)
export const adminPost = (path: string, body: object): Promise<unknown> => call('POST', path, body)
