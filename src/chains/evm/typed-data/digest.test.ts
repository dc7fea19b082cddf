import { describe, expect, it } from 'vitest';
import { toHex } from '../../../codec.ts';
import { encodeType, hashTypedData } from './digest.ts';
import { readTypedDataInput } from './input.ts';
import { MAIL } from './testing/mail.ts';
import { typed } from './testing/typed.ts';

describe('EIP-712 example Mail', () => {
  // https://eips.ethereum.org/EIPS/eip-712, assets/eip-712/Example.js
  it('hashes as the standard says', () => {
    const request = typed(MAIL);
    const { domain, message, digest } = hashTypedData(request);
    expect(encodeType(request.data)).toBe(
      'Mail(Person from,Person to,string contents)Person(string name,address wallet)',
    );
    expect(toHex(domain)).toBe('f2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f');
    expect(toHex(message)).toBe('c52c0ee5d84264471806290a3f2c4cecfc5490626bf912d01f240d7a274b371e');
    expect(toHex(digest)).toBe('be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2');
    expect(readTypedDataInput(JSON.stringify(MAIL)).ok).toBe(true);
  });
});
