/** The command line of the relay. */
import { join } from 'node:path';
import { startRelay, type Relay } from './relay.ts';
import { readSettings, usage, UsageError, type Settings } from './settings.ts';

const FURTHER_PORTS = 20;

const isTaken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';

async function start(settings: Settings): Promise<Relay> {
  const last = settings.fixedPort ? settings.port : settings.port + FURTHER_PORTS;
  for (let port = settings.port; ; port++) {
    try {
      return await startRelay({ ...settings, port });
    } catch (error) {
      if (!isTaken(error)) throw error;
      console.log(`Port ${String(port)} is in use by another program.`);
      if (port === last) throw new UsageError('Choose another one with --port.');
    }
  }
}

async function main(): Promise<void> {
  const settings = readSettings(process.argv.slice(2), join(import.meta.dirname, '../dist'));
  if (settings === undefined) {
    console.log(usage);
    return;
  }
  const relay = await start(settings);
  const stop = (): void => {
    void relay.close();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);

  if (!settings.fixedPort && relay.port !== settings.port) {
    console.log(
      'A browser keeps a wallet under its full address, port included: one that was set up at\n' +
        `port ${String(settings.port)} is not found at the address below.`,
    );
  }
  const { hostname } = new URL(relay.url);
  if (settings.tls === undefined && hostname !== 'localhost') {
    console.log(
      'Browsers run Countersign only over HTTPS or on localhost: see docs/hosting.md for phones.',
    );
  }
  console.log(`Stop with Ctrl-C. Countersign is at ${relay.url}`);
}

main().catch((error: unknown) => {
  const known = error instanceof UsageError;
  console.error(known ? `${error.message}\n\n${usage}` : error);
  process.exitCode = known ? 2 : 1;
});
