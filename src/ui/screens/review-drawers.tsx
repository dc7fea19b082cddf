import { toHex, type Review } from '../../wallet/index.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { Drawer } from '../parts/drawer.tsx';
import { FactList } from '../parts/fact-list.tsx';
import { Words } from '../parts/words.tsx';

/** The full bytes and the rule, behind closed drawers. */
export function Drawers(props: { readonly review: Review; readonly rule: string | undefined }) {
  const { review, rule } = props;
  const raw = toHex(review.bytes);
  return (
    <div className="stack review-drawers">
      <Drawer title="What the bytes say, in full">
        <FactList facts={review.details} className="details" />
        <dl className="details">
          {review.digests.map(({ label, digest, words }) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd className="stack-tight">
                <code className="bytes">{toHex(digest)}</code>
                <Words words={words} label={`Words: ${label}`} />
              </dd>
            </div>
          ))}
          <div>
            <dt>Digest of what this screen shows</dt>
            <dd>
              <code className="bytes">{toHex(review.shownDigest)}</code>
            </dd>
          </div>
          <div>
            <dt>The unsigned request, {review.bytes.length} bytes</dt>
            <dd>
              <code className="bytes" tabIndex={0} role="region" aria-label="Unsigned request">
                {raw}
              </code>
            </dd>
          </div>
        </dl>
        <CopyButton text={raw} what="the bytes" />
      </Drawer>
      {rule === undefined ? null : (
        <Drawer title="Why so many approvals">
          <p>{rule}</p>
        </Drawer>
      )}
    </div>
  );
}
