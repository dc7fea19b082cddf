/**
 * The settings of this device. All of them are sealed; a small boot record stays in the clear, because the
 * page needs it before it is unlocked: the theme, the lock time, and where the page may connect.
 */
import { Address } from 'ox';
import * as v from 'valibot';
import { DecodeError } from '../codec.ts';
import { isPlain } from '../text.ts';
import type { Checked, FieldError } from './api.ts';
import type { BitcoinServerSetting, IceServer, NetworkSetting, Settings } from './state.ts';

const MAX_ENTRIES = 50;
const MAX_CHAIN_ID = BigInt(Number.MAX_SAFE_INTEGER);

export const DEFAULT_SETTINGS: Settings = {
  relay: undefined,
  iceServers: [],
  networks: [],
  bitcoin: [],
  theme: 'system',
  autoLockMinutes: 10,
};

/** What the page knows before it is unlocked. */
export interface BootRecord {
  readonly deviceName: string;
  readonly theme: Settings['theme'];
  /** Origins besides the page's own that the settings name: `https://node.example`, `wss://relay.example`. */
  readonly origins: readonly string[];
}

const text = (max: number) =>
  v.pipe(
    v.string(),
    v.check((value) => value.length >= 1 && value.length <= max && isPlain(value), 'plain text'),
  );
const theme = v.picklist(['system', 'light', 'dark']);
const chainId = v.pipe(
  v.string(),
  v.regex(/^[1-9][0-9]{0,15}$/),
  v.transform((digits) => BigInt(digits)),
  v.check((id) => id <= MAX_CHAIN_ID, 'chain id'),
);
const tokenSchema = v.strictObject({
  address: v.pipe(
    v.string(),
    v.check((address) => Address.validate(address), 'address'),
  ),
  symbol: text(32),
  decimals: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255)),
});
const networkSchema = v.strictObject({
  chainId,
  name: text(40),
  nativeSymbol: text(12),
  rpcUrl: v.optional(
    v.pipe(
      v.string(),
      v.check((url) => nodeUrl(url) !== undefined, 'address'),
    ),
  ),
  tokens: v.pipe(v.array(tokenSchema), v.maxLength(MAX_ENTRIES)),
});
const bitcoinNetwork = v.picklist(['mainnet', 'testnet4', 'signet', 'regtest']);
const bitcoinUrl = v.pipe(
  v.string(),
  v.check((url) => coinServerUrl(url) !== undefined, 'address'),
);
const bitcoinSchema = v.variant('kind', [
  v.strictObject({ network: bitcoinNetwork, kind: v.literal('esplora'), url: bitcoinUrl }),
  v.pipe(
    v.strictObject({
      network: bitcoinNetwork,
      kind: v.literal('core'),
      url: bitcoinUrl,
      user: v.optional(v.pipe(text(200), v.excludes(':'))),
      password: v.optional(text(200)),
    }),
    v.check(({ user, password }) => (user === undefined) === (password === undefined), 'user'),
  ),
]);
const settingsSchema = v.strictObject({
  version: v.literal(1),
  relay: v.optional(
    v.pipe(
      v.string(),
      v.check((url) => relayUrl(url) !== undefined, 'address'),
    ),
  ),
  iceServers: v.pipe(
    v.array(
      v.strictObject({
        url: v.pipe(v.string(), v.check(isIceUrl, 'address')),
        username: v.optional(text(200)),
        credential: v.optional(text(200)),
      }),
    ),
    v.maxLength(MAX_ENTRIES),
  ),
  networks: v.pipe(v.array(networkSchema), v.maxLength(MAX_ENTRIES)),
  // Settings of versions before Bitcoin have none.
  bitcoin: v.optional(
    v.pipe(
      v.array(bitcoinSchema),
      v.check(
        (servers) => new Set(servers.map(({ network }) => network)).size === servers.length,
        'one server for each network',
      ),
    ),
    [],
  ),
  theme,
  autoLockMinutes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(120)),
});
const bootSchema = v.strictObject({
  version: v.literal(1),
  deviceName: text(40),
  theme,
  origins: v.pipe(v.array(v.pipe(v.string(), v.check(isOrigin, 'origin'))), v.maxLength(200)),
});

const bytesOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

function read<T>(bytes: Uint8Array, what: string, schema: v.GenericSchema<unknown, T>): T {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new DecodeError(`${what}: not JSON`);
  }
  const result = v.safeParse(schema, value);
  if (!result.success) {
    const [issue] = result.issues;
    throw new DecodeError(`${what}: ${v.getDotPath(issue) ?? ''} ${issue.message}`);
  }
  return result.output;
}

/** JSON, UTF-8. */
export const encodeSettings = (settings: Settings): Uint8Array =>
  bytesOf({
    version: 1,
    ...settings,
    networks: settings.networks.map((network) => ({
      ...network,
      chainId: String(network.chainId),
    })),
  });

/** @throws DecodeError for anything `encodeSettings` does not write */
export function decodeSettings(bytes: Uint8Array): Settings {
  const { version: _, ...settings } = read(bytes, 'settings', settingsSchema);
  return {
    ...settings,
    relay: settings.relay,
    networks: settings.networks.map((network) => ({ ...network, rpcUrl: network.rpcUrl })),
  };
}

/** JSON, UTF-8. */
export const encodeBootRecord = (record: BootRecord): Uint8Array =>
  bytesOf({ version: 1, ...record });

/** @throws DecodeError for anything `encodeBootRecord` does not write */
export function decodeBootRecord(bytes: Uint8Array): BootRecord {
  const { version: _, ...record } = read(bytes, 'boot record', bootSchema);
  return record;
}

/** Where the page may connect under these settings, besides its own origin. */
export function originsOf(settings: Settings): string[] {
  const urls = [
    settings.relay,
    ...settings.networks.map(({ rpcUrl }) => rpcUrl),
    ...settings.bitcoin.map(({ url }) => url),
  ];
  return [
    ...new Set(urls.flatMap((url) => (url === undefined ? [] : [new URL(url).origin]))),
  ].sort();
}

function isOrigin(value: string): boolean {
  try {
    const url = new URL(value);
    return url.origin === value && ['https:', 'http:', 'wss:', 'ws:'].includes(url.protocol);
  } catch {
    return false;
  }
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

function parseUrl(value: string, secure: string, plain: string): URL | undefined {
  try {
    const url = new URL(value);
    if (url.hash !== '' || url.username !== '' || url.password !== '') return undefined;
    if (url.protocol === secure) return url;
    return url.protocol === plain && LOOPBACK.test(url.hostname) ? url : undefined;
  } catch {
    return undefined;
  }
}

const nodeUrl = (value: string): URL | undefined => parseUrl(value, 'https:', 'http:');

/** Paths are put behind it: nothing may follow the path. */
function coinServerUrl(value: string): URL | undefined {
  const url = nodeUrl(value);
  return url !== undefined && !value.includes('?') ? url : undefined;
}
const relayUrl = (value: string): URL | undefined => parseUrl(value, 'wss:', 'ws:');

/** RFC 7064 and RFC 7065, without parameters other than the transport. */
function isIceUrl(value: string): boolean {
  return /^(stun|stuns|turn|turns):[A-Za-z0-9.[\]:-]{1,253}(\?transport=(udp|tcp))?$/.test(value);
}

/** A name as people give it: 1 to `max` characters, nothing hidden. */
function nameError(field: string, value: string, max: number): FieldError[] {
  const trimmed = value.trim();
  if (trimmed === '') return [{ field, message: 'Enter a name.' }];
  if (trimmed.length > max) return [{ field, message: `At most ${String(max)} characters.` }];
  if (!isPlain(trimmed)) return [{ field, message: 'This name has hidden characters in it.' }];
  return [];
}

/** The form of one network. */
export function checkNetwork(input: {
  readonly chainId: string;
  readonly name: string;
  readonly nativeSymbol: string;
  readonly rpcUrl: string;
}): Checked<NetworkSetting> {
  const errors: FieldError[] = [
    ...nameError('name', input.name, 40),
    ...nameError('nativeSymbol', input.nativeSymbol, 12).map(({ field }) => ({
      field,
      message: 'Enter the symbol of the coin that pays fees, such as ETH: 1 to 12 characters.',
    })),
  ];
  const id = v.safeParse(chainId, input.chainId.trim());
  if (!id.success) {
    errors.push({ field: 'chainId', message: 'Enter the chain id as a whole number, such as 1.' });
  }
  const url = input.rpcUrl.trim();
  const parsed = url === '' ? undefined : nodeUrl(url);
  if (url !== '' && parsed === undefined) {
    errors.push({
      field: 'rpcUrl',
      message:
        'Enter a JSON-RPC address that starts with https:// (http:// only for this machine, such as http://localhost:8545).',
    });
  }
  if (errors.length > 0 || !id.success) return { ok: false, errors };
  return {
    ok: true,
    value: {
      chainId: id.output,
      name: input.name.trim(),
      nativeSymbol: input.nativeSymbol.trim(),
      rpcUrl: parsed?.href,
      tokens: [],
    },
  };
}

/** The form of the server of one network of Bitcoin. */
export function checkBitcoinServer(input: {
  readonly network: BitcoinServerSetting['network'];
  readonly kind: BitcoinServerSetting['kind'];
  readonly url: string;
  readonly user: string;
  readonly password: string;
}): Checked<BitcoinServerSetting | undefined> {
  const { network, kind, password } = input;
  const [typed, user] = [input.url.trim(), input.user.trim()];
  if (typed === '') return { ok: true, value: undefined };
  const url = coinServerUrl(typed)?.href;
  const errors: FieldError[] = [];
  if (url === undefined) {
    errors.push({
      field: 'url',
      message: `Enter an address that starts with https:// (http:// only for this machine, such as ${EXAMPLES[kind]}), without a name, a password or a question mark in it.`,
    });
  }
  if (kind === 'core') errors.push(...accessErrors(user, password));
  if (url === undefined || errors.length > 0) return { ok: false, errors };
  const access = kind === 'core' && user !== '' ? { user, password } : {};
  return { ok: true, value: { network, kind, url, ...access } };
}

const EXAMPLES = { esplora: 'http://localhost:3002/api', core: 'http://localhost:8332' } as const;

/** Both or neither. A colon would end the name. */
function accessErrors(user: string, password: string): FieldError[] {
  const errors: FieldError[] = [];
  if (user === '' && password !== '') {
    errors.push({ field: 'user', message: 'Enter the name that belongs to the password.' });
  }
  if (user !== '' && (user.length > 200 || user.includes(':') || !isPlain(user))) {
    errors.push({
      field: 'user',
      message: 'A name has at most 200 characters, no colon, and nothing hidden.',
    });
  }
  if (user !== '' && password === '') {
    errors.push({ field: 'password', message: 'Enter the password that belongs to the name.' });
  }
  if (password.length > 200 || !isPlain(password)) {
    errors.push({
      field: 'password',
      message: 'A password has at most 200 characters, and nothing hidden.',
    });
  }
  return errors;
}

/** The address of an MQTT broker. */
export function checkRelay(value: string): Checked<string> {
  const url = relayUrl(value.trim());
  if (url !== undefined) return { ok: true, value: url.href };
  const message =
    'Enter a WebSocket address that starts with wss:// (ws:// only for this machine), such as wss://relay.example/mqtt.';
  return { ok: false, errors: [{ field: 'relay', message }] };
}

/** A STUN or TURN server. */
export function checkIceServer(input: {
  readonly url: string;
  readonly username: string;
  readonly credential: string;
}): Checked<IceServer> {
  const url = input.url.trim();
  const [username, credential] = [input.username.trim(), input.credential];
  const errors: FieldError[] = [];
  if (!isIceUrl(url)) {
    errors.push({
      field: 'url',
      message: 'Enter stun:host, turn:host:port or turns:host:port, without a path.',
    });
  }
  const turn = url.startsWith('turn');
  if (turn && (username === '' || !isPlain(username))) {
    errors.push({ field: 'username', message: 'A TURN server needs a user name.' });
  }
  if (turn && (credential === '' || !isPlain(credential))) {
    errors.push({ field: 'credential', message: 'A TURN server needs a password.' });
  }
  if (errors.length > 0) return { ok: false, errors };
  return { ok: true, value: turn ? { url, username, credential } : { url } };
}
