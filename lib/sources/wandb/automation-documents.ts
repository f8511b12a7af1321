import type { Offers } from './offers.js'

/*
 * Reading automations. `Entity.triggers` came with server 0.83; older servers give them by project. The fields are those
 * of the SDK's automations operations, and the names of secrets where a server offers them. Of what is told by its type
 * alone nothing else is asked, so that W&B may take it away.
 */

const page = 'pageInfo { endCursor hasNextPage }'

const fields = (offers: Offers) => `fragment TriggerFields on Trigger {
  id name description enabled
  scope {
    __typename
    ... on Project { name }
    ... on ArtifactPortfolio { name project { name entity { name } } }
    ... on ArtifactSequence { name project { name entity { name } } }
    ${offers.has('entityScope') ? '... on Entity { name }' : ''}
  }
  event: triggeringCondition { __typename ... on FilterEventTriggeringCondition { eventType filter } }
  action: triggeredAction {
    __typename
    ... on GenericWebhookTriggeredAction {
      integration {
        __typename
        ... on GenericWebhookIntegration { id name urlEndpoint${offers.has('secretNames') ? ' accessTokenRef secretRef' : ''} }
      }
      requestPayload
    }
    ... on NotificationTriggeredAction {
      integration { __typename ... on SlackIntegration { teamName channelName } }
      title message severity
    }
  }
}`

/** The automations of an entity and its projects, a page. Needs the feature `QUERY_AUTOMATIONS_ON_ENTITY`. */
export const entityAutomationsDocument = (
  offers: Offers,
) => `query ImportEntityAutomations($entity: String!, $after: String) {
  scope: entity(name: $entity) { triggers(first: 50, after: $after) { ${page} edges { node { ...TriggerFields } } } }
}
${fields(offers)}`

/** The automations of the projects of an entity, a page of projects: for servers before 0.83. */
export const projectAutomationsDocument = (
  offers: Offers,
) => `query ImportProjectAutomations($entity: String!, $after: String) {
  scope: entity(name: $entity) { projects(first: 50, after: $after) { ${page} edges { node { name triggers { ...TriggerFields } } } } }
}
${fields(offers)}`

/** What the server can do. */
export const FEATURES_DOCUMENT = `query ImportFeatures { serverInfo { features { name isEnabled } } }`
