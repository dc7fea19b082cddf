/** A PSBT goes out: copied as text, saved as a file, or shown as a QR code. */
import { Download, QrCode as QrIcon } from 'lucide-react';
import { useState } from 'react';
import { toBase64 } from '../../wallet/index.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { ActionError } from '../parts/notice.tsx';
import { saveFile } from '../save-file.ts';
import { useAction } from '../use-action.ts';
import { AnimatedCode } from './animated-code.tsx';
import type { Frames } from './ur.ts';

/** @param props.label what tells this PSBT from others on the screen */
export function PsbtExport(props: {
  readonly psbt: Uint8Array;
  readonly name: string;
  readonly label: string;
}) {
  const { psbt, name, label } = props;
  const text = toBase64(psbt);
  const action = useAction();
  const [frames, setFrames] = useState<Frames>();
  return (
    <div className="stack-tight">
      <code className="bytes" tabIndex={0} role="region" aria-label={`${label}, in base64`}>
        {text}
      </code>
      <div className="row">
        <CopyButton text={text} what="PSBT" />
        <button
          type="button"
          className="button button-small"
          onClick={() => {
            saveFile(psbt, `${name}.psbt`, 'application/octet-stream');
          }}
        >
          <Download className="icon" aria-hidden />
          Save the PSBT
        </button>
        <button
          type="button"
          className="button button-small"
          aria-expanded={frames !== undefined}
          disabled={action.pending}
          onClick={() => {
            if (frames !== undefined) setFrames(undefined);
            else
              void action.run(async () => {
                const { framesOf } = await import('./ur.ts');
                setFrames(framesOf(psbt));
              });
          }}
        >
          <QrIcon className="icon" aria-hidden />
          {frames === undefined ? 'Show as a QR code' : 'Hide the QR code'}
        </button>
      </div>
      <ActionError error={action.error} />
      {frames === undefined ? null : <AnimatedCode frames={frames} />}
    </div>
  );
}
