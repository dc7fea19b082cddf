/** Guesses at what unknown typed data allow, by their names: enough for a warning, never for an intent. */
import type { Warning } from '../../review.ts';
import type { TypedData } from './request.ts';
import { DOMAIN } from './types.ts';

const PERMISSION =
  /spender|operator|allowance|allowed|approv|permit|delegat|deadline|expir|validuntil|validto|recipient|receiver|order|withdraw|transfer/i;

/** A caution where names of types or members look as if somebody were allowed something. */
export function permissionWarnings({ types }: TypedData): Warning[] {
  const names = Object.entries(types)
    .filter(([name]) => name !== DOMAIN)
    .flatMap(([name, members]) => [name, ...members.map((member) => member.name)]);
  if (!names.some((name) => PERMISSION.test(name))) return [];
  return [
    {
      code: 'evm/looks-like-permission',
      level: 'caution',
      title: 'Looks like a permission or an order',
      text: 'By its names it lets somebody take or trade something, without a further transaction of yours. Sign it only if you know the contract.',
    },
  ];
}
