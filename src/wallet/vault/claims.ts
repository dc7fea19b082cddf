/** What members put into the journal about the vault's keys. */
import { toHex } from '../../codec.ts';
import type { CertificateClaim } from '../../journal/index.ts';
import { decodeCertificate, verifyKeygenCertificate } from '../../threshold/index.ts';

/**
 * Whether a valid certificate of the same key is there. Others do not count: whoever puts down a worthless one
 * first must not keep the right one from devices that missed the end.
 */
export function isCertified(
  claims: readonly CertificateClaim[],
  suite: string,
  certificate: Uint8Array,
): boolean {
  const key = certifiedKey(certificate);
  return claims.some((claim) => claim.suite === suite && certifiedKey(claim.certificate) === key);
}

/** The id of the key that a certificate proves, hexadecimal; `undefined`: it proves none. */
function certifiedKey(certificate: Uint8Array): string | undefined {
  try {
    return toHex(verifyKeygenCertificate(decodeCertificate(certificate)).info.kid);
  } catch {
    return undefined;
  }
}
