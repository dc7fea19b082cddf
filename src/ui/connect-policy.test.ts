import { expect, it } from 'vitest';
import { connectPolicy, OriginError } from './connect-policy.ts';

it('names exactly the given origins, once each', () => {
  expect(
    connectPolicy(['wss://relay.example', 'http://localhost:8545', 'wss://relay.example']),
  ).toBe('connect-src http://localhost:8545 wss://relay.example');
});

it('forbids every connection when there is none', () => {
  expect(connectPolicy([])).toBe("connect-src 'none'");
});

it.each(['http://[::1]:8545', 'ws://127.0.0.1:1', 'https://node.example'])(
  'accepts %s',
  (origin) => {
    expect(connectPolicy([origin])).toBe(`connect-src ${origin}`);
  },
);

it.each([
  '',
  '*',
  "'self'",
  'https:',
  'https://*',
  'https://*.example',
  'https://node.example/',
  'https://node.example/rpc',
  'https://node.example?x',
  'https://user@node.example',
  'https://node.example https://other.example',
  'https://node.example; script-src *',
  'https://node.example,https://other.example',
  'https://node.example:443',
  'HTTPS://node.example',
  'node.example',
  'ftp://node.example',
  'data:,x',
  'null',
])('refuses %j, which is not an origin', (origin) => {
  expect(() => connectPolicy([origin])).toThrow(OriginError);
});
