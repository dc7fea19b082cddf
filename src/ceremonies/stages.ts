/** The stages of a ceremony in plain words, for progress displays. The names come from `threshold/`. */

/** A ceremony with stages. */
export type StagedCeremony = 'keygen' | 'sign' | 'sign-taproot' | 'pair-setup';

interface Stage {
  /** As `onStage` reports it. */
  readonly id: string;
  readonly label: string;
  /** Share of the whole time, measured on one machine (docs/bench.md). */
  readonly weight: number;
}

const STAGES: Readonly<Record<StagedCeremony, readonly Stage[]>> = {
  keygen: [
    { id: 'agree', label: 'Agreeing on who takes part', weight: 1 },
    { id: 'commit', label: 'Committing', weight: 1 },
    { id: 'reveal', label: 'Revealing what was committed', weight: 3 },
    { id: 'share', label: 'Exchanging key shares', weight: 8 },
    { id: 'prove', label: 'Proving that the shares are right', weight: 4 },
    { id: 'confirm', label: 'Confirming the key together', weight: 1 },
  ],
  sign: [
    { id: 'agree', label: 'Agreeing on who takes part', weight: 1 },
    { id: 'commit to nonces', label: 'Committing', weight: 2 },
    { id: 'multiply shares', label: 'Computing with the key shares', weight: 2 },
    { id: 'combine', label: 'Putting the signature together', weight: 1 },
  ],
  'sign-taproot': [
    { id: 'agree', label: 'Agreeing on who takes part', weight: 2 },
    { id: 'commit to nonces', label: 'Committing', weight: 1 },
    { id: 'sign', label: 'Signing with the key shares', weight: 2 },
  ],
  'pair-setup': [
    { id: 'agree', label: 'Agreeing on who takes part', weight: 1 },
    { id: 'open', label: 'Proving the key shares', weight: 3 },
    { id: 'answer', label: 'Exchanging new secrets', weight: 2 },
    { id: 'confirm', label: 'Confirming together', weight: 1 },
  ],
};

/** What a progress display shows. */
export interface StageView {
  readonly stages: readonly {
    readonly id: string;
    readonly label: string;
    readonly detail: string | undefined;
    readonly state: 'waiting' | 'active' | 'done';
  }[];
  /** 0 to 1. */
  readonly progress: number;
}

/**
 * The stages of a ceremony with `current` under way.
 *
 * @param current a name that `onStage` reported; `undefined` before the first; `'done'` after the last
 * @param detail says more about the stage under way
 * @throws RangeError for a stage that the ceremony does not have
 */
export function stageView(
  ceremony: StagedCeremony,
  current: string | undefined,
  detail?: string,
): StageView {
  const stages = STAGES[ceremony];
  const named = stages.findIndex(({ id }) => id === current);
  if (named < 0 && current !== undefined && current !== 'done') {
    throw new RangeError(`${ceremony} has no stage "${current}"`);
  }
  const active = current === 'done' ? stages.length : named;
  const sum = (part: readonly Stage[]): number => part.reduce((all, { weight }) => all + weight, 0);
  return {
    stages: stages.map(({ id, label }, at) => ({
      id,
      label,
      detail: at === active ? detail : undefined,
      state: at < active ? 'done' : at === active ? 'active' : 'waiting',
    })),
    progress: sum(stages.slice(0, Math.max(0, active))) / sum(stages),
  };
}
