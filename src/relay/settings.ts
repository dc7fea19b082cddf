/** The options of the command line. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { RelayOptions } from './relay.ts';

const DEFAULT_PORT = 8420;

export const usage = `Usage: npm start -- [options]

  --port N       the port to listen on (default ${String(DEFAULT_PORT)})
  --host H       the address to listen on (default 127.0.0.1: this machine only)
  --cert FILE    certificate chain, PEM; with --key: HTTPS
  --key FILE     private key, PEM
  --root FOLDER  the built app (default: dist beside this file)
`;

/** What was typed cannot be meant; the message says why. */
export class UsageError extends Error {}

export interface Settings extends RelayOptions {
  /** Whether a person asked for this very port. */
  readonly fixedPort: boolean;
}

/**
 * @param app the folder of the built app, unless another one is named
 * @returns `undefined` when help was asked for
 * @throws UsageError
 */
export function readSettings(args: readonly string[], app: string): Settings | undefined {
  const { values } = parse(args);
  if (values.help === true) return undefined;
  const typed = values.port ?? String(DEFAULT_PORT);
  const port = Number(typed);
  if (!/^\d{1,5}$/.test(typed) || port > 65_535) {
    throw new UsageError(`--port must be a number from 0 to 65535, not "${typed}".`);
  }
  const { cert, key } = values;
  if ((cert === undefined) !== (key === undefined)) {
    throw new UsageError('--cert and --key go together.');
  }
  return {
    root: values.root ?? app,
    port,
    fixedPort: values.port !== undefined,
    host: values.host ?? '127.0.0.1',
    tls: cert === undefined || key === undefined ? undefined : { cert: read(cert), key: read(key) },
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

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`"${path}" cannot be read.`, { cause: error });
  }
}
