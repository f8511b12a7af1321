/** A payload that people start from: in the editor by "insert example", in `examples/` as a whole flow. */
export interface Recipe {
  /** Never changes: flows and documentation name it. */
  readonly id: string
  /** In menus. */
  readonly label: string
  /** How a webhook for this payload judges answers: its `service` property. */
  readonly service: 'generic' | 'github' | 'slack' | 'teams'
  /** The kind of URL that the payload goes to, with capitals where people put their own words. */
  readonly url: string
  /** JSON text for the webhook's `headers` property; `{}` when the usual ones do. */
  readonly headers: string
  /** One or two sentences: what it does, and what has to be filled in elsewhere. */
  readonly description: string
  /** A JSON template by the rules of `payload-template`. */
  readonly template: string
}

const NO_HEADERS = '{}'

/** Lays out a template whose slots all stand inside strings. */
function jsonTemplate(payload: object): string {
  return JSON.stringify(payload, null, 2)
}

const slackText = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } })

/** In the envelope that a Teams workflow expects. */
const adaptiveCard = (heading: string, facts: Readonly<Record<string, string>>) => ({
  type: 'message',
  attachments: [
    {
      contentType: 'application/vnd.microsoft.card.adaptive',
      contentUrl: null,
      content: {
        $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
        type: 'AdaptiveCard',
        version: '1.4',
        body: [
          { type: 'TextBlock', size: 'Medium', weight: 'Bolder', wrap: true, text: heading },
          { type: 'FactSet', facts: Object.entries(facts).map(([title, value]) => ({ title, value })) },
        ],
      },
    },
  ],
})

/**
 * The payloads that W&B's "Create a webhook automation" page documents (docs.wandb.ai, models/automations), with the
 * same structure and variables, and a few beside them. Each holds its receiver's published rules:
 * - GitHub: REST API, "Create a repository dispatch event": `event_type` of at most 100 characters, at most 10
 *   top-level properties in `client_payload`, less than 64 KB.
 * - Slack: "Block Kit" reference; no text may be empty, so every slot has words in front of it.
 * - Teams: legacy MessageCard reference, and the Adaptive Card schema 1.4 in the envelope that the Workflows trigger
 *   "When a Teams webhook request is received" expects.
 */
export const RECIPES: readonly Recipe[] = [
  {
    id: 'github-repository-dispatch',
    label: 'GitHub: repository dispatch',
    service: 'github',
    url: 'https://api.github.com/repos/OWNER/REPOSITORY/dispatches',
    headers: '{"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}',
    description:
      'Starts the GitHub Actions workflows that listen to repository_dispatch with this event_type. The access token needs "Contents: write" on the repository.',
    template: jsonTemplate({
      event_type: 'BUILD_AND_DEPLOY',
      client_payload: {
        event_type: '${event_type}',
        event_author: '${event_author}',
        alias: '${alias}',
        artifact_version: '${artifact_version}',
        artifact_version_string: '${artifact_version_string}',
        artifact_collection_name: '${artifact_collection_name}',
        project_name: '${project_name}',
        entity_name: '${entity_name}',
      },
    }),
  },
  {
    id: 'slack-blocks',
    label: 'Slack: message with blocks',
    service: 'slack',
    url: 'https://hooks.slack.com/services/YOUR/INCOMING/WEBHOOK',
    headers: NO_HEADERS,
    description:
      'A message in blocks for a Slack incoming webhook. The URL is the credential; no access token is needed.',
    template: jsonTemplate({
      text: 'New alert from ${automation_name}',
      blocks: [
        slackText('Registry event: ${event_type}'),
        slackText('New version: ${artifact_version_string}'),
        { type: 'divider' },
        slackText('Author: ${event_author}'),
      ],
    }),
  },
  {
    id: 'slack-text',
    label: 'Slack: one line of text',
    service: 'slack',
    url: 'https://hooks.slack.com/services/YOUR/INCOMING/WEBHOOK',
    headers: NO_HEADERS,
    description: 'The shortest message a Slack incoming webhook takes. Mattermost and Rocket.Chat take it too.',
    template: jsonTemplate({ text: '${event_type} on ${artifact_version_string} by ${event_author}' }),
  },
  {
    id: 'teams-message-card',
    label: 'Microsoft Teams: MessageCard',
    service: 'teams',
    url: 'https://YOUR-TENANT.webhook.office.com/webhookb2/YOUR-INCOMING-WEBHOOK',
    headers: NO_HEADERS,
    description:
      'The card W&B documents, for a Teams incoming webhook (an Office 365 connector). Microsoft is retiring connectors: for a new channel take the Adaptive Card.',
    template: jsonTemplate({
      '@type': 'MessageCard',
      '@context': 'http://schema.org/extensions',
      summary: 'New notification',
      sections: [
        {
          activityTitle: 'Notification from ${automation_name}',
          text: 'Something happened in ${entity_name}/${project_name}.',
          facts: [
            { name: 'Author', value: '${event_author}' },
            { name: 'Event type', value: '${event_type}' },
            { name: 'Version', value: '${artifact_version_string}' },
          ],
          markdown: true,
        },
      ],
    }),
  },
  {
    id: 'teams-adaptive-card',
    label: 'Microsoft Teams: Adaptive Card (Workflows)',
    service: 'teams',
    url: 'https://YOUR-REGION.logic.azure.com/workflows/YOUR-WORKFLOW/triggers/manual/paths/invoke',
    headers: NO_HEADERS,
    description:
      'An Adaptive Card for a Teams workflow that starts with "When a Teams webhook request is received". The URL is the credential.',
    template: jsonTemplate(
      adaptiveCard('Automation: ${automation_name}', {
        Event: '${event_type}',
        Version: '${artifact_version_string}',
        Alias: '${alias}',
        Author: '${event_author}',
      }),
    ),
  },
  {
    id: 'run-metric',
    label: 'Microsoft Teams: a metric of a run',
    service: 'teams',
    url: 'https://YOUR-REGION.logic.azure.com/workflows/YOUR-WORKFLOW/triggers/manual/paths/invoke',
    headers: NO_HEADERS,
    description:
      'For an automation on RUN_METRIC, RUN_METRIC_CHANGE or RUN_METRIC_ZSCORE, as an Adaptive Card for a workflow.',
    template: jsonTemplate(
      adaptiveCard('${metric_name} of run ${run_name}', {
        Rule: '${metric_filter}',
        Now: '${metric_current_status}',
        Project: '${entity_name}/${project_name}',
        Author: '${run_author}',
        Page: '${run_url}',
      }),
    ),
  },
  {
    id: 'bearer-endpoint',
    label: 'Modal or another endpoint with a bearer token',
    service: 'generic',
    url: 'https://YOUR-WORKSPACE--wandb-hook-f.modal.run',
    headers: NO_HEADERS,
    description:
      'Every variable of W&B under its own name, for an endpoint of your own (Modal, FastAPI, Cloud Run). The access token travels as Authorization: Bearer.',
    template: jsonTemplate({
      event_type: '${event_type}',
      event_author: '${event_author}',
      alias: '${alias}',
      artifact_version: '${artifact_version}',
      artifact_version_string: '${artifact_version_string}',
      artifact_collection_name: '${artifact_collection_name}',
      project_name: '${project_name}',
      entity_name: '${entity_name}',
    }),
  },
  {
    id: 'whole-event',
    label: 'The whole event',
    service: 'generic',
    url: 'https://example.com/webhook',
    headers: NO_HEADERS,
    description: 'All that is known of the event as one JSON object, fields of your own included.',
    template: '{\n  "automation": "${automation_name}",\n  "event": ${event_json}\n}',
  },
  {
    id: 'run-state',
    label: 'Slack: a run failed',
    service: 'slack',
    url: 'https://hooks.slack.com/services/YOUR/INCOMING/WEBHOOK',
    headers: NO_HEADERS,
    description:
      'For an automation on RUN_STATE. It tells every state: for failures alone, put a switch node on msg.payload.run_state before it.',
    template: jsonTemplate({
      text: 'Run ${run_name} is ${run_state}',
      blocks: [
        slackText('Run ${run_name} in ${entity_name}/${project_name} is now: ${run_state}'),
        slackText('Author: ${run_author}'),
        slackText('Page: ${run_url}'),
      ],
    }),
  },
]
