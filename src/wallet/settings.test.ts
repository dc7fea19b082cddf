import { describe, expect, it, test } from 'vitest';
import {
  checkIceServer,
  checkNetwork,
  checkRelay,
  decodeBootRecord,
  decodeSettings,
  DEFAULT_SETTINGS,
  encodeBootRecord,
  encodeSettings,
  originsOf,
} from './settings.ts';
import type { Settings } from './state.ts';

const USDC = '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48';
const settings: Settings = {
  relay: 'wss://relay.example/mqtt',
  iceServers: [
    { url: 'stun:stun.example' },
    { url: 'turns:turn.example:5349?transport=tcp', username: 'ada', credential: 'pass word' },
  ],
  networks: [
    {
      chainId: 1n,
      name: 'Ethereum',
      nativeSymbol: 'ETH',
      rpcUrl: 'https://node.example/key',
      tokens: [{ address: USDC, symbol: 'USDC', decimals: 6 }],
    },
    {
      chainId: 9_007_199_254_740_991n,
      name: 'Local',
      nativeSymbol: 'X',
      rpcUrl: undefined,
      tokens: [],
    },
  ],
  theme: 'dark',
  autoLockMinutes: 120,
};

const stored = (): Record<string, unknown> =>
  JSON.parse(new TextDecoder().decode(encodeSettings(settings))) as Record<string, unknown>;
const asBytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

describe('stored settings', () => {
  test.each([settings, DEFAULT_SETTINGS])('come back as they were (%#)', (value) => {
    expect(decodeSettings(encodeSettings(value))).toEqual(value);
  });

  const network = { chainId: '1', name: 'N', nativeSymbol: 'ETH', tokens: [] };
  const token = { address: USDC, symbol: 'USDC', decimals: 6 };
  test.each<[string, object]>([
    ['version', { version: 2 }],
    ['a field too many', { more: 1 }],
    ['relay without encryption', { relay: 'ws://relay.example/' }],
    ['relay with a name and password', { relay: 'wss://a:b@relay.example/' }],
    ['relay that is none', { relay: 7 }],
    ['ICE server', { iceServers: [{ url: 'https://stun.example' }] }],
    ['ICE server with a path', { iceServers: [{ url: 'stun:stun.example/x' }] }],
    ['ICE server with a field too many', { iceServers: [{ url: 'stun:s', more: 1 }] }],
    ['ICE user name', { iceServers: [{ url: 'turn:t', username: '' }] }],
    ['ICE credential', { iceServers: [{ url: 'turn:t', credential: 'x'.repeat(201) }] }],
    ['too many ICE servers', { iceServers: Array(51).fill({ url: 'stun:s' }) }],
    ['chain id 0', { networks: [{ ...network, chainId: '0' }] }],
    ['chain id with a sign', { networks: [{ ...network, chainId: '-1' }] }],
    ['chain id as a number', { networks: [{ ...network, chainId: 1 }] }],
    ['chain id beyond 2^53', { networks: [{ ...network, chainId: '9007199254740992' }] }],
    ['network name', { networks: [{ ...network, name: '' }] }],
    ['network name with hidden text', { networks: [{ ...network, name: 'a\u202eb' }] }],
    ['symbol', { networks: [{ ...network, nativeSymbol: 'x'.repeat(13) }] }],
    ['node without encryption', { networks: [{ ...network, rpcUrl: 'http://node.example' }] }],
    ['node that is a script', { networks: [{ ...network, rpcUrl: 'javascript:1' }] }],
    ['token address', { networks: [{ ...network, tokens: [{ ...token, address: '0x12' }] }] }],
    ['token symbol', { networks: [{ ...network, tokens: [{ ...token, symbol: '' }] }] }],
    ['token decimals', { networks: [{ ...network, tokens: [{ ...token, decimals: 256 }] }] }],
    ['half a decimal', { networks: [{ ...network, tokens: [{ ...token, decimals: 1.5 }] }] }],
    ['theme', { theme: 'blue' }],
    ['no time', { autoLockMinutes: 0 }],
    ['too much time', { autoLockMinutes: 121 }],
    ['half a minute', { autoLockMinutes: 1.5 }],
  ])('with a wrong %s are refused', (_, change) => {
    expect(() => decodeSettings(asBytes(stored()))).not.toThrow();
    expect(() => decodeSettings(asBytes({ ...stored(), ...change }))).toThrow(/^settings: /);
  });

  it('that are no JSON, or no UTF-8, are refused', () => {
    expect(() => decodeSettings(new Uint8Array())).toThrow(/not JSON/);
    expect(() => decodeSettings(Uint8Array.of(0x22, 0xff, 0x22))).toThrow(/not JSON/);
    expect(() => decodeSettings(asBytes(null))).toThrow(/settings/);
  });

  test.each(['version', 'iceServers', 'networks', 'theme', 'autoLockMinutes'])(
    'without %s are refused',
    (field) => {
      const rest = Object.fromEntries(Object.entries(stored()).filter(([key]) => key !== field));
      expect(() => decodeSettings(asBytes(rest))).toThrow(field);
    },
  );
});

describe('the boot record', () => {
  const record = {
    deviceName: "Ada's laptop",
    theme: 'light' as const,
    origins: ['https://node.example', 'wss://relay.example'],
  };
  it('comes back as it was', () => {
    expect(decodeBootRecord(encodeBootRecord(record))).toEqual(record);
  });

  test.each<[string, object]>([
    ['version', { version: 0 }],
    ['name', { deviceName: '' }],
    ['name with hidden text', { deviceName: 'a\u200bb' }],
    ['theme', { theme: 'blue' }],
    ['origin with a path', { origins: ['https://node.example/'] }],
    ['origin of another kind', { origins: ['file:///'] }],
    ['origin that would add a rule', { origins: ["https://node.example 'unsafe-inline'"] }],
    ['origin that is none', { origins: ['node.example'] }],
    ['field too many', { passphrase: 'x' }],
  ])('with a wrong %s is refused', (_, change) => {
    const good = { version: 1, ...record };
    expect(() => decodeBootRecord(asBytes(good))).not.toThrow();
    expect(() => decodeBootRecord(asBytes({ ...good, ...change }))).toThrow(/^boot record: /);
  });
});

it('connects to the relay and the nodes that are set, each origin once', () => {
  const [first] = settings.networks;
  if (first === undefined) throw new Error('no network');
  const twice = { ...first, chainId: 2n, rpcUrl: 'https://node.example/other' };
  expect(originsOf({ ...settings, networks: [...settings.networks, twice] })).toEqual([
    'https://node.example',
    'wss://relay.example',
  ]);
  expect(originsOf(DEFAULT_SETTINGS)).toEqual([]);
});

const fields = (checked: { ok: boolean; errors?: readonly { field: string }[] }): string[] =>
  checked.ok ? [] : (checked.errors ?? []).map(({ field }) => field);

describe('the form of a network', () => {
  const form = { chainId: ' 10 ', name: ' OP ', nativeSymbol: 'ETH', rpcUrl: 'https://n.example' };
  it('gives the setting', () => {
    expect(checkNetwork(form)).toEqual({
      ok: true,
      value: {
        chainId: 10n,
        name: 'OP',
        nativeSymbol: 'ETH',
        rpcUrl: 'https://n.example/',
        tokens: [],
      },
    });
    expect(checkNetwork({ ...form, rpcUrl: ' ' })).toMatchObject({ value: { rpcUrl: undefined } });
  });

  test.each(['http://localhost:8545', 'http://127.0.0.1:8545/', 'http://[::1]:8545'])(
    'takes %s of this machine without encryption',
    (rpcUrl) => {
      expect(checkNetwork({ ...form, rpcUrl }).ok).toBe(true);
    },
  );

  test.each([
    ['name', ''],
    ['name', 'x'.repeat(41)],
    ['name', 'a\u202eb'],
    ['nativeSymbol', ''],
    ['nativeSymbol', 'x'.repeat(13)],
    ['chainId', ''],
    ['chainId', '0'],
    ['chainId', '1.5'],
    ['chainId', '0x1'],
    ['chainId', '9007199254740992'],
    ['rpcUrl', 'node.example'],
    ['rpcUrl', 'http://node.example'],
    ['rpcUrl', 'http://localhost.evil.example'],
    ['rpcUrl', 'http://127.0.0.1.evil.example'],
    ['rpcUrl', 'https://user:word@node.example'],
    ['rpcUrl', 'https://node.example/#x'],
    ['rpcUrl', 'wss://node.example'],
  ])('has an error at %s for %j alone', (field, value) => {
    expect(fields(checkNetwork({ ...form, [field]: value }))).toEqual([field]);
  });

  it('tells all errors at once', () => {
    const wrong = { chainId: 'x', name: '', nativeSymbol: '', rpcUrl: 'x' };
    expect(fields(checkNetwork(wrong)).sort()).toEqual(Object.keys(wrong).sort());
  });
});

test.each([
  ['wss://relay.example/mqtt', true],
  [' ws://localhost:1883 ', true],
  ['ws://relay.example', false],
  ['https://relay.example', false],
  ['wss://a:b@relay.example', false],
  ['', false],
])('a relay at %j is taken: %s', (text, ok) => {
  const checked = checkRelay(text);
  expect(checked.ok).toBe(ok);
  expect(fields(checked)).toEqual(ok ? [] : ['relay']);
});

describe('the form of an ICE server', () => {
  it('keeps name and password of a TURN server, and none of a STUN server', () => {
    const turn = { url: ' turn:t.example:3478 ', username: ' ada ', credential: 'word' };
    expect(checkIceServer(turn)).toEqual({
      ok: true,
      value: { url: 'turn:t.example:3478', username: 'ada', credential: 'word' },
    });
    expect(checkIceServer({ ...turn, url: 'stun:s.example' })).toEqual({
      ok: true,
      value: { url: 'stun:s.example' },
    });
  });

  test.each([
    ['url', { url: 'https://t.example', username: '', credential: '' }],
    ['url', { url: 'stun:', username: '', credential: '' }],
    ['url', { url: 'turn:t.example?transport=sctp', username: 'a', credential: 'b' }],
    ['username', { url: 'turn:t.example', username: ' ', credential: 'b' }],
    ['username', { url: 'turn:t.example', username: 'a\u200b', credential: 'b' }],
    ['credential', { url: 'turns:t.example', username: 'a', credential: '' }],
    ['credential', { url: 'turns:t.example', username: 'a', credential: 'b\u202e' }],
  ])('has an error at %s alone (%#)', (field, form) => {
    expect(fields(checkIceServer(form))).toEqual([field]);
  });
});
