/** The command line of the relay. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startRelay, type Relay, type RelayOptions } from './relay.ts';

const DEFAULT_PORT = 8420;
const FURTHER_PORTS = 20;

const usage = `Usage: npm start -- [options]

  --port N       the port to listen on (default ${String(DEFAULT_PORT)})
  --host H       the address to listen on (default 127.0.0.1: this machine only)
  --cert FILE    certificate chain, PEM; with --key: HTTPS
  --key FILE     private key, PEM
  --root FOLDER  the built app (default: dist beside this file)
`;

class UsageError extends Error {}

interface Settings extends RelayOptions {
  /** Whether a person asked for this very port. */
  readonly fixedPort: boolean;
}

function readSettings(args: readonly string[]): Settings | undefined {
  const { values } = parse(args);
  if (values.help === true) return undefined;
  const port = Number(values.port ?? DEFAULT_PORT);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UsageError(`--port must be a number from 0 to 65535, not "${values.port ?? ''}".`);
  }
  const { cert, key } = values;
  if ((cert === undefined) !== (key === undefined)) {
    throw new UsageError('--cert and --key go together.');
  }
  return {
    root: values.root ?? join(import.meta.dirname, '../dist'),
    port,
    fixedPort: values.port !== undefined,
    host: values.host ?? '127.0.0.1',
    tls:
      cert === undefined || key === undefined
        ? undefined
        : { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') },
  };
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: text,
        host: text,
        cert: text,
        key: text,
        root: text,
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

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
  const settings = readSettings(process.argv.slice(2));
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
