import type { Warning } from '../review.ts';
import { accountWarnings } from './warn-account.ts';
import type { DescribeContext } from './context.ts';
import type { EvmFacts } from './facts.ts';
import type { EvmTransaction } from './transaction.ts';
import { addressWarnings } from './warn-address.ts';
import { callWarnings } from './warn-call.ts';

const LEVELS = ['danger', 'caution', 'info'] as const;

/** Everything worth pointing out, worst first. */
export function warningsOf(
  tx: EvmTransaction,
  facts: EvmFacts,
  context: DescribeContext,
): readonly Warning[] {
  const all = [
    ...addressWarnings(facts, context),
    ...callWarnings(tx, facts, context),
    ...accountWarnings(tx, facts, context),
  ];
  return LEVELS.flatMap((level) => all.filter((warning) => warning.level === level));
}
