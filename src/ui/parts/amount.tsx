import { Fragment } from 'react';
import { formatAmount, type AmountFact } from '../../wallet/index.ts';

/** An amount with all its digits and its unit. Digits after the point stand in threes, drawn, not written. */
export function Amount(props: { readonly amount: AmountFact; readonly prefix?: string }) {
  const { digits, unit } = formatAmount(props.amount);
  const [whole = '', fraction] = digits.split('.');
  const threes = fraction?.match(/.{1,3}/g) ?? [];
  return (
    <span className="figures" translate="no">
      {props.prefix}
      {/* A very long number breaks between its thousands. */}
      {whole.split(',').map((thousands, i) => (
        <Fragment key={i}>
          {i === 0 ? null : (
            <>
              ,<wbr />
            </>
          )}
          {thousands}
        </Fragment>
      ))}
      {threes.length === 0 ? null : (
        <span className={threes.length > 2 ? 'amount-fraction' : undefined}>
          .
          {threes.map((three, i) => (
            <span key={i}>{three}</span>
          ))}
        </span>
      )}{' '}
      {unit}
    </span>
  );
}
