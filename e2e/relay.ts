/** The built relay, on a free port, in the process of the test. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as RelayModule from '../src/relay/relay.ts';

export type Relay = RelayModule.Relay;

/** The built app. */
export const dist = join(import.meta.dirname, '../dist');

interface Options {
  /** The port of a relay that was closed, to bring it back where the devices look for it. */
  readonly port?: number;
  /** Another folder to serve than the built app. */
  readonly root?: string;
}

export async function startRelay({ port = 0, root = dist }: Options = {}): Promise<Relay> {
  const built = pathToFileURL(join(dist, '../dist-relay/relay.js')).href;
  const relay = (await import(built)) as typeof RelayModule;
  return relay.startRelay({ root, host: '127.0.0.1', port });
}
