import { describe, expect, it, test } from 'vitest';
import { encodeCbor, type CborValue } from '../../cbor.ts';
import {
  decodeInvitation,
  encodeInvitation,
  invitationIn,
  invitationLink,
  type Invitation,
} from './invitation.ts';
import { invitationFor } from './testing/group.ts';

const ORIGIN = 'https://wallet.example';
const invitation = invitationFor(3, { relay: 'wss://relay.example/mqtt' });
const unreadable = expect.objectContaining({ code: 'pairing/invitation' }) as Error;

describe('an invitation', () => {
  test.each([
    ['with a relay', invitation],
    ['without', { ...invitation, relay: null }],
    ['for twenty', { ...invitation, size: 20, threshold: 20 }],
    ['with names of 40 characters', { ...invitation, vaultName: 'ü'.repeat(40) }],
    [
      'with names of 40 characters beyond the basic plane',
      { ...invitation, vaultName: '🦉'.repeat(40) },
    ],
  ])('%s comes back as it was', (_, value: Invitation) => {
    expect(decodeInvitation(encodeInvitation(value))).toEqual(value);
    expect(invitationIn(invitationLink(ORIGIN, value))).toEqual(value);
  });

  it('stands behind the # of a link, where no server sees it', () => {
    const url = new URL(invitationLink(ORIGIN, invitation));
    expect(`${url.origin}${url.pathname}${url.search}`).toBe(`${ORIGIN}/`);
    expect(url.hash).toMatch(/^#\/join\/[A-Za-z0-9]+$/);
  });

  it('is found in a link with blanks around it, and in the code of a link alone', () => {
    const link = invitationLink(ORIGIN, invitation);
    expect(invitationIn(`\n ${link} `)).toEqual(invitation);
    expect(invitationIn(link.split('#/join/')[1] ?? '')).toEqual(invitation);
  });

  test.each(['', 'KATZE-HUND-7', 'https://wallet.example/', 'a'.repeat(99), `${'a'.repeat(120)}!`])(
    'is not found in %j, which may be a short code',
    (text) => {
      expect(invitationIn(text)).toBeUndefined();
    },
  );
});

describe('a malformed invitation', () => {
  const encoded = { v: 1, ...invitation };
  const wrong: Record<string, Record<string, CborValue>> = {
    'another version': { v: 2 },
    'a field too many': { extra: 1 },
    'a short id': { pairing: new Uint8Array(15) },
    'a long id': { pairing: new Uint8Array(17) },
    'an id as text': { pairing: '0123456789abcdef' },
    'an empty name of the vault': { vaultName: '' },
    'a name of the vault with blanks around it': { vaultName: ' Treasury' },
    'a name of the vault that is too long': { vaultName: 'x'.repeat(41) },
    'a name of the vault with hidden characters': { vaultName: 'Trea\u202esury' },
    'an empty name of the creator': { creatorName: '' },
    'a name of the creator with a line break': { creatorName: 'A\nda' },
    'one approval': { threshold: 1 },
    'half an approval': { threshold: 2.5 },
    'more approvals than devices': { threshold: 4 },
    'one device': { size: 1, threshold: 2 },
    'too many devices': { size: 21 },
    'a short identity': { identity: new Uint8Array(31) },
    'a long sealing key': { sealing: new Uint8Array(33) },
    'an empty inbox': { inbox: new Uint8Array() },
    'a relay that is no WebSocket': { relay: 'https://relay.example/' },
    'a relay that is a script': { relay: 'javascript:alert(1)' },
    'a relay that is too long': { relay: `wss://${'x'.repeat(300)}` },
    'a time before 1970': { expiresAt: -1 },
    'half a millisecond': { expiresAt: 0.5 },
    'a time far away': { expiresAt: 4_102_444_800_001 },
  };
  test.each(Object.keys(wrong))('with %s is refused', (name) => {
    expect(() => decodeInvitation(encodeCbor({ ...encoded, ...wrong[name] }))).toThrow(unreadable);
  });

  test.each(Object.keys(encoded))('without "%s" is refused', (field) => {
    const { [field as keyof typeof encoded]: _, ...rest } = encoded;
    expect(() => decodeInvitation(encodeCbor(rest))).toThrow(unreadable);
  });

  it('that is cut short or has something behind it is refused', () => {
    const bytes = encodeInvitation(invitation);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeInvitation(bytes.subarray(0, length))).toThrow(unreadable);
    }
    expect(() => decodeInvitation(Uint8Array.of(...bytes, 0))).toThrow(unreadable);
  });

  it('that is too long is refused before it is read', () => {
    expect(() => decodeInvitation(new Uint8Array(1_001))).toThrow(/too long/);
  });

  it('with its fields in another order is refused', () => {
    // {"v": 1, ...}: the same map with two entries exchanged is not canonical.
    const entry = (key: string, value: CborValue): number[] => [
      ...encodeCbor(key),
      ...encodeCbor(value),
    ];
    const ordered = Uint8Array.of(0xa2, ...entry('a', 1), ...entry('v', 1));
    const reversed = Uint8Array.of(0xa2, ...entry('v', 1), ...entry('a', 1));
    expect(() => decodeInvitation(ordered)).toThrow(/not as expected/);
    expect(() => decodeInvitation(reversed)).toThrow(/cut short or altered/);
  });

  it('with any one letter of its link changed is refused', () => {
    const link = invitationLink(ORIGIN, invitation);
    const start = link.indexOf('#/join/') + '#/join/'.length;
    for (let at = start; at < link.length; at++) {
      const other = link[at] === 'A' ? 'B' : 'A';
      const changed = link.slice(0, at) + other + link.slice(at + 1);
      expect(() => invitationIn(changed), changed).toThrow(unreadable);
    }
  });

  it('in a link is refused with a sentence', () => {
    const link = invitationLink(ORIGIN, invitation);
    expect(() => invitationIn(link.slice(0, -2))).toThrow(unreadable);
    expect(() => invitationIn(`${ORIGIN}/#/join/`)).toThrow(unreadable);
    expect(() => invitationIn(`${ORIGIN}/#/join/***`)).toThrow(unreadable);
    expect(() => invitationIn(`${ORIGIN}/#/join/2`)).toThrow(unreadable);
  });
});
