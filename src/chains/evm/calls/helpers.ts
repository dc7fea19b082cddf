/**
 * Safe's MultiSend, at the addresses of its releases 1.3.0 (two ways of deployment), 1.4.1 and 1.5.0: code that makes
 * the calls it is given and nothing else. In lower case.
 *
 * @see https://github.com/safe-global/safe-deployments
 */
export const KNOWN_HELPERS: ReadonlySet<string> = new Set([
  '0xa238cbeb142c10ef7ad8442c6d1f9e89e07e7761', // MultiSend 1.3.0, canonical
  '0x998739bfdaadde7c933b942a68053933098f9eda', // MultiSend 1.3.0, eip155
  '0x40a2accbd92bca938b02010e17a5b8929b49130d', // MultiSendCallOnly 1.3.0, canonical
  '0xa1dabef33b3b82c7814b6d82a79e50f4ac44102b', // MultiSendCallOnly 1.3.0, eip155
  '0x38869bf66a61cf6bdb996a6ae40d5853fd43b526', // MultiSend 1.4.1
  '0x9641d764fc13c8b624c04430c7356c1c7c8102e2', // MultiSendCallOnly 1.4.1
  '0x218543288004cd07832472d464648173c77d7eb7', // MultiSend 1.5.0
  '0xa83c336b20401af773b6219ba5027174338d1836', // MultiSendCallOnly 1.5.0
]);
