export type * from './api.ts';
export { CeremonyError, type Failure, type Remains } from './errors.ts';
export type { HostPort, Records, RecordWrite } from './port.ts';
export { CeremonyHost } from './host.ts';
export { createLink, type Link, type LinkOptions, type SetTimer } from './link.ts';
export { stageView, type StagedCeremony, type StageView } from './stages.ts';
export { connect, workerFailed, type Connection } from './worker-client.ts';
export type { Port } from './worker-messages.ts';
export { serve } from './worker-server.ts';
