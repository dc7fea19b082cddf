/** Warnings about how calls are made and how well they are understood. */
import type { Warning } from '../../review.ts';
import type { Call } from '../clear/call.ts';
import { KNOWN_HELPERS } from './helpers.ts';
import type { Parts } from './parts.ts';

/** About what the call is, whatever it says. */
export function flagWarnings({ delegate, to }: Call): Warning[] {
  if (!delegate) return [];
  return to !== undefined && KNOWN_HELPERS.has(to.toLowerCase())
    ? [
        {
          code: 'evm/delegatecall-known',
          level: 'info',
          title: 'Runs the code of a known helper',
          text: 'Safe’s MultiSend only makes the calls that are listed, as the Safe.',
        },
      ]
    : [
        {
          code: 'evm/delegatecall',
          level: 'danger',
          title: 'Runs foreign code with all rights (DELEGATECALL)',
          text: 'The code can take everything and change who controls the account, whatever its function is called.',
        },
      ];
}

/** About how well it was understood. */
export function readingWarnings(
  { reading, signature, source, warnings }: Parts,
  depth: number,
): Warning[] {
  // What else is wrong with it says more.
  if (reading === 'unreadable' && signature === undefined && depth > 0 && warnings.length === 0) {
    return [
      {
        code: 'evm/unreadable-inner-call',
        level: 'danger',
        title: 'A call inside cannot be read',
        text: 'It can do anything that the account making it is able to do.',
      },
    ];
  }
  if (reading === 'decoded' && source === undefined && signature !== undefined) {
    return [
      {
        code: 'evm/unverified-function',
        level: 'caution',
        title: 'Known by the name of its function only',
        text: 'Nobody this device knows says what the contract does with it: the same name can do something else.',
      },
    ];
  }
  return [];
}

const LEVELS = ['danger', 'caution', 'info'] as const;

/** Worst first, each code once. */
export function uniqueWarnings(warnings: readonly Warning[]): readonly Warning[] {
  const seen = new Set<string>();
  return LEVELS.flatMap((level) =>
    warnings.filter((warning) => {
      if (warning.level !== level || seen.has(warning.code)) return false;
      seen.add(warning.code);
      return true;
    }),
  );
}
