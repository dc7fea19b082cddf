import { expect, it } from 'vitest';
import { isOwnScript } from './trusted-types.ts';

const page = 'https://wallet.example/#/vault/1';

it.each([
  '/assets/ceremony.worker-B1x_y-2.js',
  'https://wallet.example/assets/argon2.worker-abc.js',
  '/service-worker.js',
])('%s is a script of the build', (address) => {
  expect(isOwnScript(address, page)).toBe(true);
});

it.each([
  'https://elsewhere.example/assets/ceremony.worker-abc.js',
  'http://wallet.example/assets/ceremony.worker-abc.js',
  'https://wallet.example:444/assets/ceremony.worker-abc.js',
  'https://a:b@wallet.example/assets/ceremony.worker-abc.js',
  '//elsewhere.example/assets/x.js',
  '/assets/../uploads/x.js',
  '/assets/deep/x.js',
  '/assets/x.json',
  '/other.js',
  'data:text/javascript,1',
  'blob:https://wallet.example/7f4c',
])('%s is not', (address) => {
  expect(isOwnScript(address, page)).toBe(false);
});
