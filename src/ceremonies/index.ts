export type * from './api.ts';
export { CeremonyError, type Failure, type Remains } from './errors.ts';
export type { HostPort, Records, RecordWrite } from './port.ts';
export { CeremonyHost } from './host.ts';
export { createLink, type Link, type LinkOptions, type SetTimer } from './link.ts';
export { stageView, type StagedCeremony, type StageView } from './stages.ts';
