import { Download } from 'lucide-react';
import type { ProposalView } from '../../wallet/index.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { Drawer } from '../parts/drawer.tsx';
import { Notice } from '../parts/notice.tsx';
import { saveFile } from '../save-file.ts';

/** The signature of a message, for whoever asked for it. */
export function MessageSigned(props: {
  readonly signature: NonNullable<ProposalView['signature']>;
}) {
  const { signature, call } = props.signature;
  return (
    <>
      <Notice tone="go" title="Signed." role="status">
        <p>Give the signature to whoever asked for it. It works for this message only.</p>
      </Notice>
      <section className="card stack-tight" aria-label="Signature">
        <p className="small soft">Signature, 65 bytes</p>
        <p className="mono" data-testid="signature">
          {signature}
        </p>
        <div className="row">
          <CopyButton text={signature} what="signature" />
          <button
            type="button"
            className="button button-small"
            onClick={() => {
              saveFile(signature, 'signature.txt', 'text/plain');
            }}
          >
            <Download className="icon" aria-hidden />
            Save as a file
          </button>
        </div>
      </section>
      {call === undefined ? null : (
        <Drawer title="The call that uses it, to copy">
          <p className="small soft">
            {call.complete
              ? `Anybody can send it to ${call.to}.`
              : `For ${call.to}. It may need the signatures of its other owners, too.`}
          </p>
          <code className="bytes" tabIndex={0} role="region" aria-label="Call data">
            {call.data}
          </code>
          <CopyButton text={call.data} what="call data" />
        </Drawer>
      )}
    </>
  );
}
