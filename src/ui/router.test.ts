import { expect, test } from 'vitest';
import { hrefOf, parseRoute, type Route } from './router.ts';

const routes: Route[] = [
  { screen: 'start' },
  { screen: 'create' },
  { screen: 'join' },
  { screen: 'settings' },
  { screen: 'home', vault: 'ab' },
  { screen: 'approvers', vault: 'ab' },
  { screen: 'contacts', vault: 'ab' },
  { screen: 'trail', vault: 'ab', proposal: 'cd' },
  { screen: 'receive', vault: 'ab', account: 12 },
  { screen: 'propose', vault: 'ab', reviewing: false },
  { screen: 'propose', vault: 'ab', reviewing: true },
  { screen: 'proposal', vault: 'ab', proposal: 'cd' },
];

test.each(routes)('$screen comes back from its address', (route) => {
  expect(parseRoute(hrefOf(route))).toEqual(route);
});

test.each(['', '#', '#/', '#/nowhere', '#/vault', '#/vault/', '#invitation'])(
  '%j is home',
  (hash) => {
    expect(parseRoute(hash)).toEqual({ screen: 'home' });
  },
);

test('a proposal without an id leads to its vault', () => {
  expect(parseRoute('#/vault/ab/proposal')).toEqual({ screen: 'home', vault: 'ab' });
});

test.each(['-1', '1e9', 'x', '99999999999'])('account %j is the first account', (account) => {
  expect(parseRoute(`#/vault/ab/receive/${account}`)).toMatchObject({ account: 0 });
});
