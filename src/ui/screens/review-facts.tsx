/** What the bytes say, and beside it what others say about them. The same for a draft and a proposal. */
import type { Review } from '../../wallet/index.ts';
import { AddressComparison } from '../parts/address.tsx';
import { FactList } from '../parts/fact-list.tsx';
import { Notice, type Tone } from '../parts/notice.tsx';
import { Seen } from '../parts/seen.tsx';

type Warning = Review['warnings'][number];

const tones: Readonly<Record<Warning['level'], Tone>> = {
  danger: 'loss',
  caution: 'look',
  info: 'info',
};

/** Worst first. A list, so that a screen reader says how many there are. */
export function Warnings(props: { readonly review: Review }) {
  const { refusal, warnings } = props.review;
  if (refusal === undefined && warnings.length === 0) return null;
  return (
    <ul className="stack" aria-label="Warnings">
      {refusal === undefined ? null : (
        <li>
          <Notice tone="loss" title="This wallet refuses to sign this">
            <p>{refusal}</p>
            <Seen />
          </Notice>
        </li>
      )}
      {warnings.map((warning, i) => (
        <li key={`${warning.code}/${String(i)}`}>
          <Notice tone={tones[warning.level]} title={warning.title}>
            <p>{warning.text}</p>
            {warning.resembles === undefined ? null : (
              <AddressComparison
                value={warning.resembles.address}
                known={warning.resembles.known}
              />
            )}
            <Seen />
          </Notice>
        </li>
      ))}
    </ul>
  );
}

export function Facts(props: { readonly review: Review }) {
  const { facts, estimate } = props.review;
  return (
    <>
      <FactList facts={facts} className="card facts" mustSee />
      {estimate === undefined ? null : (
        <section className="card stack-tight" aria-label="An estimate">
          <p className="small soft">
            What the node thinks would come of it now. An estimate: it can be wrong, and things can
            change until then.
          </p>
          <FactList facts={estimate} className="facts" />
        </section>
      )}
    </>
  );
}
