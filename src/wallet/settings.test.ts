import { describe, expect, it, test } from 'vitest';
import {
  checkBitcoinServer,
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
  bitcoin: [
    {
      network: 'mainnet',
      kind: 'core',
      url: 'https://core.example/',
      user: 'ada',
      password: 'pass:word',
    },
    { network: 'signet', kind: 'core', url: 'http://127.0.0.1:38332/' },
    { network: 'testnet4', kind: 'esplora', url: 'https://esplora.example/testnet4/api' },
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
  const core = { network: 'mainnet', kind: 'core', url: 'https://core.example/' };
  const access = { user: 'ada', password: 'word' };
  const esplora = { network: 'mainnet', kind: 'esplora', url: 'https://esplora.example/' };
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
    ['Bitcoin network', { bitcoin: [{ ...core, network: 'testnet3' }] }],
    ['kind of Bitcoin server', { bitcoin: [{ ...core, kind: 'electrum' }] }],
    ['Bitcoin server without encryption', { bitcoin: [{ ...core, url: 'http://core.example' }] }],
    ['Bitcoin server with a query', { bitcoin: [{ ...esplora, url: 'https://e.example/?a=b' }] }],
    ['Bitcoin server with a password', { bitcoin: [{ ...core, url: 'https://a:b@c.example/' }] }],
    ['Bitcoin server with a field too many', { bitcoin: [{ ...core, more: 1 }] }],
    ['Esplora server with a user', { bitcoin: [{ ...esplora, ...access }] }],
    ['user without a password', { bitcoin: [{ ...core, user: 'ada' }] }],
    ['password without a user', { bitcoin: [{ ...core, password: 'word' }] }],
    ['user with a colon', { bitcoin: [{ ...core, ...access, user: 'a:b' }] }],
    ['password with hidden text', { bitcoin: [{ ...core, ...access, password: 'a\u200b' }] }],
    ['second server of a network', { bitcoin: [core, esplora] }],
    ['theme', { theme: 'blue' }],
    ['no time', { autoLockMinutes: 0 }],
    ['too much time', { autoLockMinutes: 121 }],
    ['half a minute', { autoLockMinutes: 1.5 }],
  ])('with a wrong %s are refused', (_, change) => {
    expect(() => decodeSettings(asBytes(stored()))).not.toThrow();
    expect(() => decodeSettings(asBytes({ ...stored(), ...change }))).toThrow(/^settings: /);
  });

  it('of versions before Bitcoin have no server for it', () => {
    const { bitcoin: _, ...older } = stored();
    expect(decodeSettings(asBytes(older))).toEqual({ ...settings, bitcoin: [] });
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

it('connects to the relay, the nodes and the servers that are set, each origin once', () => {
  const [first] = settings.networks;
  if (first === undefined) throw new Error('no network');
  const twice = { ...first, chainId: 2n, rpcUrl: 'https://node.example/other' };
  expect(originsOf({ ...settings, networks: [...settings.networks, twice] })).toEqual([
    'http://127.0.0.1:38332',
    'https://core.example',
    'https://esplora.example',
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

describe('the form of a server of Bitcoin', () => {
  const core = {
    network: 'mainnet',
    kind: 'core',
    url: ' https://core.example ',
    user: ' ada ',
    password: ' pass:word ',
  } as const;
  const esplora = {
    network: 'signet',
    kind: 'esplora',
    url: 'https://esplora.example/signet/api/',
    user: '',
    password: '',
  } as const;

  it('gives the setting', () => {
    expect(checkBitcoinServer(core)).toEqual({
      ok: true,
      value: {
        network: 'mainnet',
        kind: 'core',
        url: 'https://core.example/',
        user: 'ada',
        password: ' pass:word ',
      },
    });
    expect(checkBitcoinServer({ ...core, user: '', password: '' })).toEqual({
      ok: true,
      value: { network: 'mainnet', kind: 'core', url: 'https://core.example/' },
    });
    expect(checkBitcoinServer(esplora)).toEqual({
      ok: true,
      value: { network: 'signet', kind: 'esplora', url: 'https://esplora.example/signet/api/' },
    });
  });

  it('keeps no name and password for Esplora, which has none', () => {
    expect(checkBitcoinServer({ ...esplora, user: 'a:b', password: 'c' })).toEqual(
      checkBitcoinServer(esplora),
    );
  });

  it('removes the server when there is no address', () => {
    expect(checkBitcoinServer({ ...core, url: ' ' })).toEqual({ ok: true, value: undefined });
  });

  it('gives what can be stored', () => {
    for (const form of [core, esplora]) {
      const checked = checkBitcoinServer(form);
      if (!checked.ok || checked.value === undefined) throw new Error('not taken');
      const changed = { ...settings, bitcoin: [checked.value] };
      expect(decodeSettings(encodeSettings(changed))).toEqual(changed);
    }
  });

  test.each(['http://localhost:8332', 'http://127.0.0.1:8332/', 'http://[::1]:8332'])(
    'takes %s of this machine without encryption',
    (url) => {
      expect(checkBitcoinServer({ ...core, url }).ok).toBe(true);
    },
  );

  test.each([
    ['url', 'core.example'],
    ['url', 'http://core.example'],
    ['url', 'http://localhost.evil.example'],
    ['url', 'https://user:word@core.example'],
    ['url', 'https://core.example/?key=1'],
    ['url', 'https://core.example/?'],
    ['url', 'https://core.example/#x'],
    ['url', 'wss://core.example'],
    ['user', ''],
    ['user', 'a:b'],
    ['user', 'a\u200b'],
    ['user', 'x'.repeat(201)],
    ['password', ''],
    ['password', 'a\u200b'],
    ['password', 'x'.repeat(201)],
  ])('has an error at %s for %j alone', (field, value) => {
    expect(fields(checkBitcoinServer({ ...core, [field]: value }))).toEqual([field]);
  });

  it('tells all errors at once', () => {
    const wrong = { ...core, url: 'x', user: 'a:b', password: '' };
    expect(fields(checkBitcoinServer(wrong))).toEqual(['url', 'user', 'password']);
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
