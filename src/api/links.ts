/** Where an answer leads: OpenAPI's links, by which generated clients and tests find their way. */
export interface Link {
  /** Of the operation it leads to. */
  readonly operationId: string;
  readonly parameters: Readonly<Record<string, string>>;
}

const project = { projectId: '$request.path.projectId' };
const here = { ...project, serviceId: '$request.path.serviceId' };
const body = (pointer: string): string => `$response.body#/${pointer}`;

/** To what can be asked of a database that an answer names. */
const ofDatabase = (parameters: Readonly<Record<string, string>>): Readonly<Record<string, Link>> => ({
  service: { operationId: 'getService', parameters },
  status: { operationId: 'getPostgresStatus', parameters },
  operations: { operationId: 'getPostgresOperations', parameters },
  ladder: { operationId: 'getPostgresLadder', parameters },
});

const toOperation = (parameters: Readonly<Record<string, string>>): Readonly<Record<string, Link>> => ({
  operation: { operationId: 'getPostgresOperation', parameters },
  progress: { operationId: 'getPostgresOperationProgress', parameters },
});

const ofAccepted: Readonly<Record<string, Link>> = toOperation({
  ...project,
  serviceId: body('service_id'),
  operationId: body('operation_id'),
});

/** The next page of a list. */
const nextPage = (
  operationId: string,
  path: Readonly<Record<string, string>> = {},
): Readonly<Record<string, Link>> => ({
  next: { operationId, parameters: { ...path, cursor: body('next_cursor') } },
});

const byOperation: Readonly<Record<string, Readonly<Record<string, Link>>>> = {
  getDatabases: {
    ...ofDatabase({ projectId: body('databases/0/project'), serviceId: body('databases/0/id') }),
    ...nextPage('getDatabases'),
  },
  getServices: { ...ofDatabase({ ...project, serviceId: body('services/0/id') }), ...nextPage('getServices', project) },
  getService: ofDatabase({ ...project, serviceId: body('id') }),
  getPostgresOperations: {
    ...toOperation({ ...here, operationId: body('operations/0/id') }),
    ...nextPage('getPostgresOperations', here),
  },
  getPostgresEvents: nextPage('getPostgresEvents', here),
  getPostgresCheckpoints: {
    ...toOperation({ ...here, operationId: body('checkpoints/0/operation_id') }),
    ...nextPage('getPostgresCheckpoints', here),
  },
  getPostgresSnapshots: {
    verify: {
      operationId: 'postPostgresSnapshotVerify',
      parameters: { ...here, snapshotId: body('snapshots/0/id') },
    },
    ...nextPage('getPostgresSnapshots', here),
  },
  getNotificationsDeliveries: {
    delivery: {
      operationId: 'getNotificationsDelivery',
      parameters: { deliveryId: body('deliveries/0/id') },
    },
    ...nextPage('getNotificationsDeliveries'),
  },
  getNotificationsChannels: {
    test: {
      operationId: 'postNotificationsChannelTest',
      parameters: { channelId: body('channels/0/id') },
    },
  },
  postNotificationsChannels: {
    remove: { operationId: 'deleteNotificationsChannel', parameters: { channelId: body('id') } },
  },
  getAudit: nextPage('getAudit'),
  getTokens: nextPage('getTokens'),
  postTokens: { revoke: { operationId: 'deleteToken', parameters: { tokenId: body('id') } } },
};

/** Of what concerns a database 202 leads to the operation, whichever route has started it or sent it a message. */
export const linksOf = (operationId: string, status: string): Readonly<Record<string, Link>> =>
  status === '202' && startsOrTells.test(operationId) ? ofAccepted : (byOperation[operationId] ?? {});

const startsOrTells = /^(postServices|deleteService|postPostgres(?!SnapshotVerify).*)$/;
