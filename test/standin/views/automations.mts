import { type Access, parsed, time } from '../access.mts'
import { passes } from '../filters.mts'
import { globalId } from '../ids.mts'
import { connection, type PageArguments } from '../paging.mts'
import type { Integration, Trigger, TriggerAction } from '../things.mts'
import { collectionView } from './artifacts.mts'
import { entityView, projectView } from './places.mts'

const laterView = (type: string) => ({ __typename: type, id: globalId(type, 1) })

export const integrationView = (integration: Integration) =>
  integration.kind === 'later'
    ? laterView('LaterIntegration')
    : integration.kind === 'slack'
      ? {
          __typename: 'SlackIntegration',
          id: globalId('Integration', integration.id),
          teamName: integration.teamName,
          channelName: integration.channelName,
        }
      : {
          __typename: 'GenericWebhookIntegration',
          id: globalId('Integration', integration.id),
          name: integration.name,
          urlEndpoint: integration.url,
          createdAt: time(integration.createdAt),
          accessTokenRef: integration.accessTokenRef,
          secretRef: integration.secretRef,
        }

const actionView = (action: TriggerAction) => {
  switch (action.kind) {
    case 'webhook':
      return {
        __typename: 'GenericWebhookTriggeredAction',
        integration: integrationView(action.integration),
        requestPayload: action.payload,
      }
    case 'slack': {
      const { title, message, severity } = action
      return {
        __typename: 'NotificationTriggeredAction',
        integration: integrationView(action.integration),
        title,
        message,
        severity,
      }
    }
    case 'no-op':
      return { __typename: 'NoOpTriggeredAction', noOp: true }
    case 'aria':
      return { __typename: 'ARIATriggeredAction', prompt: action.prompt }
    case 'queue':
      return {
        __typename: 'QueueJobTriggeredAction',
        queue: { id: globalId('RunQueue', 1), name: action.queue },
        template: action.template,
      }
    case 'push':
      return { __typename: 'PushNotificationTriggeredAction', title: null, body: null }
    case 'later':
      return laterView('LaterTriggeredAction')
  }
}

export function triggerView(access: Access, trigger: Trigger) {
  const { scope, later } = trigger
  return {
    __typename: 'Trigger',
    id: globalId('Trigger', trigger.id),
    name: trigger.name,
    description: trigger.description,
    enabled: trigger.enabled,
    createdAt: time(trigger.createdAt),
    updatedAt: trigger.updatedAt === null ? null : time(trigger.updatedAt),
    lastExecutedAt: null,
    scope: () =>
      later.includes('scope')
        ? laterView('LaterScope')
        : 'memberships' in scope
          ? collectionView(access, scope)
          : 'collections' in scope
            ? projectView(access, scope)
            : entityView(access, scope),
    triggeringCondition: later.includes('condition')
      ? laterView('LaterTriggeringCondition')
      : {
          __typename: 'FilterEventTriggeringCondition',
          eventType: trigger.eventType,
          filter: trigger.filter,
        },
    triggeredAction: () => actionView(trigger.action),
  }
}

export function triggersConnection(
  access: Access,
  triggers: readonly Trigger[],
  filters: string | null | undefined,
  page: PageArguments,
) {
  const filter = parsed(filters)
  const found = triggers.filter((trigger) => passes(filter, (name) => (name === 'name' ? trigger.name : undefined)))
  return connection(found, page, (trigger) => triggerView(access, trigger))
}
