/** The built relay, on a free port, in the process of the test. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as RelayModule from '../src/relay/relay.ts';

export type Relay = RelayModule.Relay;

const root = join(import.meta.dirname, '..');

/** @param port the port of a relay that was closed, to bring it back where the devices look for it */
export async function startRelay(port = 0): Promise<Relay> {
  const built = pathToFileURL(join(root, 'dist-relay/relay.js')).href;
  const relay = (await import(built)) as typeof RelayModule;
  return relay.startRelay({ root: join(root, 'dist'), host: '127.0.0.1', port });
}
