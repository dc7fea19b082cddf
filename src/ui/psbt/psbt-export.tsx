/** A PSBT goes out: copied as text, or saved as a file. */
import { Download } from 'lucide-react';
import { toBase64 } from '../../wallet/index.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { saveFile } from '../save-file.ts';

export function PsbtExport(props: { readonly psbt: Uint8Array; readonly name: string }) {
  const { psbt, name } = props;
  const text = toBase64(psbt);
  return (
    <div className="stack-tight">
      <code className="bytes" tabIndex={0} role="region" aria-label="PSBT in base64">
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
      </div>
    </div>
  );
}
