/** Reads a PSBT with the camera: one code, or an animated one. */
import { useRef } from 'react';
import { Scanner, type Scanned } from '../parts/scanner.tsx';
import type { Collector } from './ur.ts';

export function PsbtScanner(props: {
  readonly onPsbt: (psbt: Uint8Array | string) => void;
  readonly onClose: () => void;
}) {
  const collector = useRef<Collector>(undefined);
  const take = async (text: string): Promise<Scanned> => {
    const { Collector: Fresh, isUr } = await import('./ur.ts');
    if (!isUr(text)) {
      props.onPsbt(text.trim());
      props.onClose();
      return undefined;
    }
    collector.current ??= new Fresh();
    const taken = collector.current.take(text);
    switch (taken.kind) {
      case 'wrong':
        return taken.problem;
      case 'more':
        return { more: `${String(taken.solved)} of about ${String(taken.count)} frames` };
      case 'done':
        props.onPsbt(taken.psbt);
        props.onClose();
        return undefined;
    }
  };
  return (
    <Scanner
      title="Scan a PSBT"
      description="Point the camera at the QR code of the other wallet. Keep it there while the code changes."
      onCode={take}
      onClose={props.onClose}
    />
  );
}
