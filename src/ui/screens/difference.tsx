import type { ProposalView } from '../../wallet/index.ts';
import { Notice } from '../parts/notice.tsx';

/** What another device showed, beside what this one shows. */
export function Difference(props: { readonly difference: ProposalView['differences'][number] }) {
  const { name, rows } = props.difference;
  return (
    <Notice tone="loss" title={`${name} was shown something else`}>
      <p>
        Nothing is signed while devices disagree about what the bytes say. One of them may have
        other descriptions of contracts, an older version of this app, or may have been tampered
        with.
      </p>
      {rows.length === 0 ? (
        <p>The lines are the same. Only their meaning on that device differs.</p>
      ) : (
        <div className="differences" role="table" aria-label={`This device and ${name}`}>
          <div role="row">
            <span role="columnheader">This device</span>
            <span role="columnheader">{name}</span>
          </div>
          {rows.map(({ here, there }, i) => (
            <div role="row" key={i}>
              <span role="cell">{here ?? <em>not there</em>}</span>
              <span role="cell">{there ?? <em>not there</em>}</span>
            </div>
          ))}
        </div>
      )}
    </Notice>
  );
}
